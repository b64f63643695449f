//! What is asked of Aurora clusters: a new one, an instance more, another writer, deletion.

use super::instance_changes::{drawn, keep_member};
use super::standing::{AVAILABLE, CREATING, DELETING, bad_cluster_state, must_be_available};
use super::{clusters, details, global_clusters, invalid, request, topology};
use crate::sim::call::Call;
use crate::sim::estate::deeds::{ClusterAct, Deed, GlobalAct, NewMember};
use crate::sim::estate::rds::{Address, Cluster, GlobalCluster};
use crate::sim::services::Changed;
use crate::sim::wire::AwsError;
use crate::sim::{Estate, World};

/// What a request for a new cluster may say; of some of it nothing is shown.
const KNOWN: [&str; 16] = [
    "DBClusterIdentifier",
    "Engine",
    "EngineVersion",
    "GlobalClusterIdentifier",
    "BackupRetentionPeriod",
    "MasterUsername",
    "MasterUserPassword",
    "ManageMasterUserPassword",
    "DBSubnetGroupName",
    "VpcSecurityGroupIds",
    "DBClusterParameterGroupName",
    "KmsKeyId",
    "StorageEncrypted",
    "PreSignedUrl",
    "SourceRegion",
    "Tags",
];

fn combination(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidParameterCombination", message)
}

/// `CreateDBCluster`: alone, or to follow in a global database. It has no instance until one is created.
pub(super) fn create(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &KNOWN)?;
    let id = request::new_identifier(call, "DBClusterIdentifier")?;
    let engine = request::required(call, "Engine")?;
    if !["aurora-postgresql", "aurora-mysql"].contains(&engine) {
        return Err(invalid(format!("Invalid DB engine: {engine}")));
    }
    let backup_days = request::backup_days(call)?.unwrap_or(1).max(1);
    if world.clusters(&call.region).any(|(cluster, _)| cluster.id == id) {
        return Err(AwsError::new(400, "DBClusterAlreadyExistsFault", format!("DB Cluster {id} already exists")));
    }
    let global = call.text("GlobalClusterIdentifier").map(|asked| global(world, asked)).transpose()?;
    let secret = ["MasterUserPassword", "ManageMasterUserPassword"].iter().any(|name| call.text(name).is_some());
    match global {
        Some(global) => must_fit(world, call, global, engine)?,
        None if call.text("MasterUsername").is_none() || !secret => {
            return Err(combination("MasterUsername and MasterUserPassword must be provided."));
        }
        None => {}
    }
    let usual = if engine == "aurora-mysql" { "8.0.mysql_aurora.3.08.2" } else { "16.8" };
    let version = call.text("EngineVersion").or(global.map(|global| global.version.as_str())).unwrap_or(usual);
    let takes = drawn(world, &id, "create", 180, 420);
    estate.rds.clusters.push(Cluster {
        id: id.clone(),
        region: call.region.clone(),
        engine: engine.to_owned(),
        version: version.to_owned(),
        backup_days,
        instances: Vec::new(),
        class: String::new(),
        details: details::asked(call, "DBClusterParameterGroupName"),
        age: world.start - world.now,
        deeds: vec![Deed::new(world.now, ClusterAct::Create).then(CREATING, takes)],
    });
    let joins = estate.rds.global_clusters.iter_mut().filter(|one| global.is_some_and(|global| global.id == one.id));
    for joined in joins {
        let act = GlobalAct::Join(Address { region: call.region.clone(), id: id.clone() });
        joined.deeds.push(Deed::new(world.now, act).then(CREATING, takes));
    }
    Ok(Changed::applied(clusters::changed(estate, world, &call.region, &id)))
}

/// The global database of that name.
pub(super) fn global<'w>(world: &'w World, asked: &str) -> Result<&'w GlobalCluster, AwsError> {
    let mut all = world.estate.rds.global_clusters.iter();
    all.find(|global| asked.eq_ignore_ascii_case(&global.id)).ok_or_else(|| global_clusters::not_found(asked))
}

/// Refuses a new follower that a global database would not take.
fn must_fit(world: &World, call: &Call, global: &GlobalCluster, engine: &str) -> Result<(), AwsError> {
    let topology = topology::of(world, global);
    let bad = |message: String| Err(AwsError::new(400, "InvalidGlobalClusterStateFault", message));
    let Some(writer) = topology.writer.as_ref().filter(|writer| !world.is_out(&writer.region, world.now)) else {
        return bad(format!("Global cluster {} has no primary that can be reached.", global.id));
    };
    if topology.moving.is_some() {
        return bad(format!("Global cluster {} is failing over.", global.id));
    }
    if topology.members().any(|member| member.region == call.region) {
        return bad(format!("Global cluster {} already has a cluster in {}.", global.id, call.region));
    }
    if engine != global.engine {
        return Err(combination(format!(
            "The engine of global cluster {} is {}, not {engine}.",
            global.id, global.engine
        )));
    }
    if call.text("MasterUsername").is_some() {
        return Err(combination(format!("MasterUsername is that of the primary {}.", writer.id)));
    }
    Ok(())
}

/// `CreateDBInstance`, for a cluster: its first instance makes it serve.
pub(super) fn create_instance(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let known = [
        "DBInstanceIdentifier",
        "DBClusterIdentifier",
        "DBInstanceClass",
        "Engine",
        "EngineVersion",
        "AvailabilityZone",
        "PromotionTier",
        "DBParameterGroupName",
        "PubliclyAccessible",
        "Tags",
    ];
    request::knows(call, &known)?;
    let id = request::new_identifier(call, "DBInstanceIdentifier")?;
    let (class, engine) = (request::required(call, "DBInstanceClass")?, request::required(call, "Engine")?);
    if call.text("DBClusterIdentifier").is_none() {
        return Err(combination(
            "The simulator creates instances of Aurora clusters alone: DBClusterIdentifier is missing.",
        ));
    }
    let (cluster, standing) = request::cluster(world, call, "DBClusterIdentifier")?;
    if request::is_taken(world, &call.region, &id) {
        return Err(AwsError::new(400, "DBInstanceAlreadyExists", "DB instance already exists"));
    }
    if engine != cluster.engine {
        return Err(combination(format!("The engine of {} is {}, not {engine}.", cluster.id, cluster.engine)));
    }
    if standing.status != AVAILABLE {
        return Err(bad_cluster_state(format!("DB cluster {} is {}.", cluster.id, standing.status)));
    }
    let takes = drawn(world, &id, "create", 5 * 60, 10 * 60);
    let tags = details::asked(call, "DBParameterGroupName").tags;
    let new = NewMember { id: id.clone(), class: class.to_owned(), tags };
    let deed = Deed::new(world.now, ClusterAct::Join(new)).then(CREATING, takes);
    keep_member(estate, world, cluster, &id, deed)
}

/// `FailoverDBCluster`: to a reader of that name, or to the first there is.
pub(super) fn failover(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &["DBClusterIdentifier", "TargetDBInstanceIdentifier"])?;
    let (cluster, standing) = request::cluster(world, call, "DBClusterIdentifier")?;
    if standing.status != AVAILABLE {
        return Err(bad_cluster_state(format!("DB cluster {} is {}.", cluster.id, standing.status)));
    }
    if !topology::may_write(world, cluster) {
        return Err(bad_cluster_state(format!("DB cluster {} has no writer: it follows another Region.", cluster.id)));
    }
    let mut readers = standing.members.iter().skip(1);
    let target = match call.text("TargetDBInstanceIdentifier") {
        None => readers.find(|member| member.status == AVAILABLE),
        Some(asked) => Some(
            readers
                .find(|member| member.id.eq_ignore_ascii_case(asked))
                .ok_or_else(|| bad_cluster_state(format!("{asked} is no reader of DB cluster {}.", cluster.id)))?,
        ),
    };
    let Some(target) = target else {
        return Err(bad_cluster_state(format!("DB cluster {} has no reader to fail over to.", cluster.id)));
    };
    must_be_available(&target.id, target.status)?;
    let takes = drawn(world, &cluster.id, "failover", 20, 45);
    let deed = Deed::new(world.now, ClusterAct::Failover(target.id.clone())).then(topology::FAILING_OVER, takes);
    request::cluster_to_change(estate, &cluster.region, &cluster.id)?.deeds.push(deed);
    Ok(Changed::applied(clusters::changed(estate, world, &cluster.region, &cluster.id)))
}

/// `DeleteDBCluster`: not while it has instances or belongs to a global database.
pub(super) fn delete(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(
        call,
        &["DBClusterIdentifier", "SkipFinalSnapshot", "FinalDBSnapshotIdentifier", "DeleteAutomatedBackups"],
    )?;
    let (cluster, standing) = request::cluster(world, call, "DBClusterIdentifier")?;
    let snapshot = request::last_snapshot(call, "FinalDBSnapshotIdentifier")?;
    if let Some((global, _)) = topology::around(world, cluster) {
        return Err(bad_cluster_state(format!(
            "This cluster is a part of a global cluster, please remove it from globalcluster first: {}.",
            global.id
        )));
    }
    if standing.members.iter().any(|member| member.status != DELETING) {
        let message = "Cluster cannot be deleted, it still contains DB instances in non-deleting state.";
        return Err(bad_cluster_state(message.to_owned()));
    }
    if standing.status != AVAILABLE {
        return Err(bad_cluster_state(format!("DB cluster {} is {}.", cluster.id, standing.status)));
    }
    let takes = drawn(world, &cluster.id, "delete", 120, 300);
    let deed = Deed::new(world.now, ClusterAct::Delete(snapshot)).then(DELETING, takes);
    request::cluster_to_change(estate, &cluster.region, &cluster.id)?.deeds.push(deed);
    Ok(Changed::applied(clusters::changed(estate, world, &cluster.region, &cluster.id)))
}
