//! ListMetrics: which series a Region has, 500 per page.

use serde_json::Value as Json;

use super::series::Series;
use super::{bad_parameter, sources};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::wire::{AwsError, Value};

/// The page size is not for the caller to choose: no parameter has this name.
static PAGES: PageRule = PageRule {
    size: "",
    token: "NextToken",
    default: 500,
    min: 500,
    max: 500,
    bad_size: bad_parameter,
    bad_token: bad_parameter,
};

pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let mut found = sources::of_region(world, &call.region);
    found.retain(|series| is_asked(call, series));
    let cut = page.cut(call, found);
    let metrics = cut.items.iter().map(|series| {
        let dimensions = series
            .dimensions
            .iter()
            .map(|(name, value)| Value::map([("Name", (*name).into()), ("Value", (*value).into())]));
        Value::map([
            ("Namespace", series.namespace.into()),
            ("MetricName", series.metric.into()),
            ("Dimensions", Value::list("member", dimensions)),
        ])
    });
    Ok(Value::map([("Metrics", Value::list("member", metrics)), ("NextToken", cut.next.into())]))
}

fn is_asked(call: &Call, series: &Series<'_>) -> bool {
    call.text("Namespace").is_none_or(|namespace| namespace == series.namespace)
        && call.text("MetricName").is_none_or(|metric| metric == series.metric)
        && call.items("Dimensions").iter().all(|filter| {
            let name = filter.get("Name").and_then(Json::as_str).unwrap_or_default();
            let value = filter.get("Value").and_then(Json::as_str);
            series.dimensions.iter().any(|(has, is)| *has == name && value.is_none_or(|value| value == *is))
        })
}
