mod real_template;
