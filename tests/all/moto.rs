//! moto, an AWS server that is not ours.

use crate::python::passes;

#[test]
fn status_judges_what_moto_has_and_names_what_it_lacks() {
    passes("moto_seed.py", &[]);
}
