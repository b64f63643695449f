//! Every sign and abbreviation of the screens, and what it means.

/// Sign or abbreviation, and its meaning.
pub const GLOSSARY: &[(&str, &str)] = &[
    ("✓ MET", "the objective would be met now"),
    ("▲ AT RISK", "it would be met now, but perhaps not for long, or it was never proven"),
    ("? UNKNOWN", "it cannot be told: something was not read, or too long ago"),
    ("✗ BREACHED", "the objective would not be met now"),
    ("≠ SPLIT", "two Regions both act as the active one"),
    ("TIER", "how much the System matters: crit (critical), high, med (medium), low"),
    (
        "UP",
        "whether users are served, apart from whether the System could be recovered: ✓ yes, ✗ 2m14s not since then, ✗ 15m+ not for that long at least, ? not known",
    ),
    ("ACTIVE", "where the System serves now, as observed; both: two sites; onprem: a data centre"),
    (
        "RPO",
        "recovery point objective: how much data may be lost, as a time. RPO now is what would be lost if it happened now, or, in an outage, when it began",
    ),
    (
        "RTO",
        "recovery time objective: how long recovery may take. Proven is what a finished run measured; never: none has",
    ),
    ("goal", "the objective, as the config declares it"),
    (">5m", "more than 5m, but less than the next minute"),
    ("all", "as RPO now: there is no recovery point, everything would be lost"),
    (
        "GO",
        "whether a failover could start now, as far as the components tell: ✓ yes, ✗2 two things in the way, ? not known",
    ),
    (
        "DATA RPO",
        "the RPO when data were deleted or corrupted: only backups and earlier states count, for replicas have copied the damage",
    ),
    ("region", "the disruption in which the active Region is lost"),
    ("data", "the disruption in which data are deleted, corrupted or encrypted"),
    (
        "·3m",
        "this figure is as it was read 3m ago; that, or something else it rests on, is too old to rely on or missing",
    ),
    ("…", "asked for, not read yet; at the end of a text: there is more of it"),
    ("-", "nothing declared, nothing known"),
    ("use1 usw2", "Regions in short: us-east-1, us-west-2; eu-central-1 is euc1, ap-northeast-2 is apne2"),
    ("use1 ✗2m", "nothing in that Region answers, for 2m"),
    ("use1 ▲2/7", "two of the seven AWS services that are read there do not answer"),
    ("use1 denied", "it answers, but not us: denied, expired, no credentials, clock wrong, unreadable"),
    ("slow", "answers come too late, or we are asked to slow down"),
    ("r53", "the control plane of Route 53, which is in us-east-1 for all Regions"),
    ("47m", "after the identity in the top line: how long its credentials are good for"),
    ("READ-ONLY", "this console changes nothing in AWS"),
    ("DEMO", "what is shown is a simulation; nothing of it is real"),
    ("▁▃█", "the lag of a replica, oldest to newest, from zero to the highest; · is a minute without a measurement"),
    ("calls", "AWS calls of one full refresh, and what refreshing costs per hour, estimated"),
    ("drs", "AWS Elastic Disaster Recovery: servers replicated block by block"),
    ("efs", "Amazon Elastic File System"),
    ("rds, s3", "Amazon Relational Database Service, Simple Storage Service"),
    ("asg", "EC2 Auto Scaling group"),
    ("s, m, h, d", "seconds, minutes, hours, days: 2m14s, 1h05m, 3d04h. Times end in Z: UTC"),
];
