/// Each path of `template.yaml` and its methods, written by `build.rs`.
const PATHS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/methods.rs"));

/// The methods of a path, such as `GET, POST`.
pub(super) fn for_path(path: &str) -> Option<&'static str> {
    PATHS.iter().find(|(known, _)| *known == path).map(|(_, methods)| *methods)
}

#[cfg(test)]
mod tests {
    use deployment_template::Template;

    use super::*;

    #[test]
    fn the_methods_are_those_of_the_template() {
        assert_eq!(for_path("/applications"), Some("GET, POST"));
        assert_eq!(for_path("/nothing"), None);
    }

    #[test]
    fn every_path_leads_here_with_all_other_methods() {
        let template = Template::parse(include_str!("../../template.yaml")).unwrap();
        let routes = template.routes();
        let paths = routes.paths().map(|(path, _)| path);
        let missing: Vec<&str> = paths.filter(|path| !routes.takes_any(path)).collect();
        assert!(
            missing.is_empty(),
            "OtherMethods in template.yaml has no event with Method ANY for {missing:?}"
        );
    }
}
