//! What the AWS profile files say of a profile that brought no credentials.

use std::env;
use std::fs;
use std::path::PathBuf;

/// The variable that names the profile of the default chain.
pub(super) const VARIABLE: &str = "AWS_PROFILE";

/// The file of the variable, or the one in the home directory: how it is called, and where it is.
fn file(variable: &str, usual: &str) -> (String, PathBuf) {
    match env::var_os(variable).filter(|path| !path.is_empty()) {
        Some(path) => (PathBuf::from(&path).display().to_string(), path.into()),
        None => (format!("~/.aws/{usual}"), etcetera::home_dir().unwrap_or_default().join(".aws").join(usual)),
    }
}

/// What is wrong with a profile, in words that follow its name: where it was looked for, or that it has nothing.
pub(super) fn trouble(profile: &str) -> String {
    let (config, config_at) = file("AWS_CONFIG_FILE", "config");
    let (credentials, credentials_at) = file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    let names = |path: &PathBuf| fs::read_to_string(path).is_ok_and(|text| begins(&text, profile));
    if names(&config_at) || names(&credentials_at) {
        "has no credentials".to_owned()
    } else {
        format!("is neither in {config} nor in {credentials}")
    }
}

/// Whether a file has a section for it: `[profile dr]`, or `[dr]` as the credentials file has it.
fn begins(text: &str, profile: &str) -> bool {
    text.lines().any(|line| {
        let title = line.trim().strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(title, _)| title.trim());
        title.is_some_and(|title| title == profile || title.strip_prefix("profile ").map(str::trim) == Some(profile))
    })
}
