//! The filters that the lists of jobs and points share. All that are given must fit.

use super::error::invalid;
use crate::sim::call::Call;
use crate::sim::time::Moment;
use crate::sim::wire::AwsError;

/// The filters of one request.
#[derive(Debug)]
pub(super) struct Filter<'c> {
    state: Option<&'c str>,
    resource: Option<&'c str>,
    resource_type: Option<&'c str>,
    created_after: Option<Moment>,
    created_before: Option<Moment>,
    completed_after: Option<Moment>,
    completed_before: Option<Moment>,
    category: Option<&'c str>,
    /// A filter that nothing here can fit: another account, a parent job.
    foreign: bool,
}

/// What filters look at.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) state: &'static str,
    pub(super) resource: &'a str,
    pub(super) resource_type: &'a str,
    pub(super) created: Moment,
    pub(super) completed: Option<Moment>,
    pub(super) category: Option<&'static str>,
}

impl<'c> Filter<'c> {
    /// Reads the filters; `state` names the parameter that asks for one of `states`.
    pub(super) fn of(call: &'c Call, state: &'static str, states: &[&str]) -> Result<Self, AwsError> {
        let asked = call.text(state);
        if let Some(asked) = asked.filter(|asked| !states.contains(asked)) {
            return Err(invalid(format!("{state} must be one of {}, not {asked}", states.join(", "))));
        }
        let account = call.text("accountId").is_some_and(|account| account != "*" && account != call.account);
        let parents = ["parentJobId", "parentRecoveryPointArn"];
        Ok(Self {
            state: asked,
            resource: call.text("resourceArn"),
            resource_type: call.text("resourceType"),
            created_after: moment(call, "createdAfter")?,
            created_before: moment(call, "createdBefore")?,
            completed_after: moment(call, "completeAfter")?,
            completed_before: moment(call, "completeBefore")?,
            category: call.text("messageCategory").filter(|category| *category != "AGGREGATE_ALL"),
            foreign: account || parents.iter().any(|parent| call.text(parent).is_some()),
        })
    }

    /// Whether something fits all of them.
    pub(super) fn fits(&self, seen: &Seen<'_>) -> bool {
        let same = |wanted: Option<&str>, is: &str| wanted.is_none_or(|wanted| wanted == is);
        !self.foreign
            && same(self.state, seen.state)
            && same(self.resource, seen.resource)
            && same(self.resource_type, seen.resource_type)
            && self.created_after.is_none_or(|after| after < seen.created)
            && self.created_before.is_none_or(|before| seen.created < before)
            && self.completed_after.is_none_or(|after| seen.completed.is_some_and(|at| after < at))
            && self.completed_before.is_none_or(|before| seen.completed.is_some_and(|at| at < before))
            && self.category.is_none_or(|wanted| seen.category == Some(wanted))
    }
}

fn moment(call: &Call, name: &str) -> Result<Option<Moment>, AwsError> {
    match call.text(name) {
        None => Ok(None),
        Some(sent) => call.moment(name).map(Some).ok_or_else(|| invalid(format!("{name} is no time: {sent}"))),
    }
}
