/// Each path of the template and the methods it has, written by build.rs.
const PATHS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/paths.rs"));

/// The methods that a path of the template has, such as `GET, POST`.
pub(crate) fn methods(path: &str) -> Option<&'static str> {
    PATHS.iter().find(|(known, _)| *known == path).map(|(_, methods)| *methods)
}

#[cfg(test)]
mod tests {
    use template_routes::Routes;

    use super::*;

    fn template() -> Routes {
        Routes::of(include_str!("../../../template.yaml")).unwrap()
    }

    #[test]
    fn the_methods_are_those_of_the_template() {
        assert_eq!(methods("/applications"), Some("GET, POST"));
        assert_eq!(methods("/nothing"), None);
    }

    #[test]
    fn every_path_leads_here_with_the_methods_it_does_not_have() {
        let template = template();
        let astray: Vec<&str> =
            template.paths().map(|(path, _)| path).filter(|path| !template.takes_any(path)).collect();
        assert!(
            astray.is_empty(),
            "OtherMethods in template.yaml has no event with Method ANY for {astray:?}"
        );
    }
}
