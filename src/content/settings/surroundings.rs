//! What a configuration is read with.

/// What is known of a site besides its configuration.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Path of the configuration, as the user would name it.
    pub config_path: &'a str,
    /// Name of the site's folder: its title when the configuration has none.
    pub folder_name: &'a str,
    /// `--base-url`, when given.
    pub base_url: Option<&'a str>,
    /// Where links are made when nothing else says so: the listening address.
    pub fallback_url: &'a str,
}
