mod errors;
mod real_template;
mod secrets;
mod small_template;
