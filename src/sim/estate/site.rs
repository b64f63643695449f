//! Sites: what a system needs in a place to serve its users there.

use serde::Deserialize;

use super::Estate;
use super::check::ON_PREMISES;
use crate::sim::load::Complaint;

/// A system in one place. A place for which there is none serves whenever it is there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The system, as health checks name it.
    pub system: String,
    /// A Region or `on-premises`.
    pub at: String,
    /// What it needs there, all of it.
    pub needs: Vec<Need>,
}

/// Something without which a site cannot serve.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Need {
    /// An Auto Scaling group of the Region with instances that serve.
    Group {
        /// Its name.
        name: String,
        /// How many.
        in_service: usize,
    },
    /// A database of the Region that takes writes: an instance that is no replica, or a cluster that is no follower.
    /// `orders-db*` is any whose identifier begins so.
    Writer(String),
    /// A database of the Region that answers; it may be a replica.
    Reader(String),
    /// DRS source servers, by their ids, whose recovery instances run in the Region.
    Servers(Vec<String>),
    /// An ElastiCache global datastore, by its id, that takes writes in the Region.
    Cache(String),
    /// An EFS file system, by its id, that takes writes in the Region.
    Files(String),
}

/// Whether an identifier is meant; a pattern may end in `*`.
pub fn is_meant(pattern: &str, id: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == id, |start| id.starts_with(start))
}

impl Estate {
    /// The first name of a site that does not exist. A database may still be to come.
    pub(super) fn check_sites(&self) -> Result<(), Complaint> {
        for site in &self.sites {
            if site.at != ON_PREMISES && !self.regions.contains(&site.at) {
                let known = self.regions.join(", ");
                return complain(
                    &site.at,
                    format!("site \"{}\" is neither \"{ON_PREMISES}\" nor a Region of the estate ({known})", site.at),
                );
            }
            if self.sites.iter().filter(|other| (&other.system, &other.at) == (&site.system, &site.at)).count() > 1 {
                return complain(&site.system, format!("there are two sites of \"{}\" in {}", site.system, site.at));
            }
            for need in &site.needs {
                self.check_need(site, need)?;
            }
        }
        Ok(())
    }

    fn check_need(&self, site: &Site, need: &Need) -> Result<(), Complaint> {
        let missing = match need {
            Need::Group { name, .. } => {
                let mut groups = self.autoscaling.groups.iter();
                let is_there = groups.any(|group| group.name == *name && group.region == site.at);
                (!is_there).then_some(("Auto Scaling group", name))
            }
            Need::Writer(_) | Need::Reader(_) => None,
            Need::Cache(id) => {
                let mut stores = self.elasticache.global_datastores.iter();
                (!stores.any(|store| store.id == *id)).then_some(("global datastore", id))
            }
            Need::Files(id) => {
                let mut all = self.efs.replications.iter();
                let is_known = all.any(|one| one.file_system == *id || one.destination_file_system == *id);
                (!is_known).then_some(("replicated file system", id))
            }
            Need::Servers(ids) => {
                let unknown = ids.iter().find(|id| !self.drs.servers.iter().any(|server| server.id == **id));
                unknown.map(|id| ("DRS server", id))
            }
        };
        let Some((what, name)) = missing else { return Ok(()) };
        complain(name, format!("site of \"{}\" in {}: there is no {what} \"{name}\"", site.system, site.at))
    }
}

fn complain(words: &str, message: String) -> Result<(), Complaint> {
    Err(Complaint { words: words.to_owned(), occurrence: 0, message })
}
