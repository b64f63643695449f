//! Pages of a System: does a site serve?

use std::time::{Duration, Instant};

use crate::aws::{NoPage, Pages, Unread};
use crate::model::Span;
use crate::model::facts::look::Response;

/// A user would not wait longer either.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two of several GETs of one page.
const PAUSE: Duration = Duration::from_secs(1);

/// What several GETs of `url` bring, one after the other.
pub(super) async fn probes(pages: &Pages, url: &str, times: u32) -> Result<Vec<Response>, Unread> {
    let mut answers = Vec::new();
    for _ in 0..times {
        if !answers.is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
        answers.push(probe(pages, url).await?);
    }
    Ok(answers)
}

/// What a GET of `url` brings. That nobody answers is an answer, too: it is what is looked for.
pub(super) async fn probe(pages: &Pages, url: &str) -> Result<Response, Unread> {
    let began = Instant::now();
    let brought = pages.status(url, PATIENCE).await;
    let took = Span::try_from(began.elapsed()).unwrap_or(Span::MAX);
    match brought {
        Ok(status) => Ok(Response { status: Some(status), error: None, took }),
        Err(NoPage::Silent(error)) => Ok(Response { status: None, error: Some(error), took }),
        Err(NoPage::Untried(unread)) => Err(unread),
    }
}
