mod errors;
mod real_template;
mod small_template;
