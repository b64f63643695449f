//! Outages are remembered with the account that they are of.

use std::sync::Arc;

use drdeck::model::kinds::{HealthCheck, Kind};
use drdeck::model::{Place, Region, Site, Text, Up};
use drdeck::observe::{Observation, Observer};

use crate::memory::{Aws, BEGINNING, Home, LONG, estate_with, is_read, outages, settings, until};

#[tokio::test]
async fn outages_of_another_account_are_none_of_ours() {
    let estate = {
        // A check of which nothing can be read.
        let site = Site::Region(Region::new("us-east-1"));
        let check = HealthCheck { id: "c".to_owned(), watches: site, place: Place::home("us-east-1") };
        estate_with(Some(Kind::HealthCheck(check)))
    };
    for (account, lasts) in [("111122223333", true), ("444455556666", false)] {
        let (home, aws) = (Home::new(), Aws::new());
        home.memory().remember_outages(&outages(BEGINNING).of(Some(Text::new(account))));
        let stub = aws.stub().await;
        let observer = Observer::start_with(Arc::clone(&estate), settings(&stub.url), Some(home.memory())).unwrap();
        let is_known = |seen: &Observation| is_read(seen) && seen.assessment.identity.value.is_some();
        let seen = until(&observer, "live values and who we are", is_known).await;
        assert_eq!(matches!(seen.assessment.systems[0].up, Up::Down { .. }), lasts, "{account}");
        observer.finish(LONG);
        if lasts {
            assert_eq!(home.memory().outages().unwrap().account, Some(Text::new("111122223333")));
        }
    }
}
