//! `drdeck demo`: the built-in shop on a simulated AWS, in one process; or its files, to copy from.

use std::fs::{self, DirBuilder};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::args::{Company, DemoArgs, Global};
use super::exit::Failure;
use super::runbook::files::{self, Found};
use super::simulated::{self, Existing};
use super::{console, large, output, state};
use crate::config::{self, Overrides};
use crate::console::Runbooks;
use crate::demo;
use crate::journal::Place;
use crate::model::Text;
use crate::runbook::parse;

pub(super) fn run(args: &DemoArgs, global: &Global) -> Result<ExitCode, Failure> {
    if global.config.is_some() || global.endpoint_url.is_some() || global.profile.is_some() {
        return Err(Failure::Usage(
            "the demo brings its own config, endpoint and credentials; leave out --config, --endpoint-url and --profile".to_owned(),
        ));
    }
    if let Some(folder) = &args.export {
        return export(folder);
    }
    let scenario = simulated::scenario(&args.scenario)?;
    let listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
    let (estate, config) = match args.estate {
        Company::Shop => (simulated::estate(None, args.seed)?, demo::CONFIG.to_owned()),
        Company::Large => {
            let estate = simulated::estate(Some(Path::new(simulated::LARGE)), args.seed)?;
            let config = large::config(&estate);
            (estate, config)
        }
    };
    let running = simulated::start(listen, estate, scenario, args.speed, args.seed)?;
    let config = simulated::pointed_at(&config, &running);
    let config = config::parse(&config, Path::new("the demo's config.toml"), &Overrides::default())?;
    let texts = match args.estate {
        Company::Shop => demo::RUNBOOKS,
        Company::Large => &[],
    };
    let pointed = |(name, text): &(&str, &str)| ((*name).to_owned(), simulated::runbook_pointed_at(text, &running));
    let texts: Vec<(String, String)> = texts.iter().map(pointed).collect();
    let extra_regions = config.extra_regions.clone();
    let runbooks = Arc::new(move || Ok(written(&texts, &extra_regions)));
    // Each demo begins at the beginning of its story: nothing is remembered from one to the next, unless it is told where.
    let folder = match &global.state_dir {
        Some(_) => None,
        None => state::dir(global).map(|dir| dir.join(format!("demo-{}", std::process::id()))),
    };
    let place = match &folder {
        Some(folder) => Ok(Place::new(folder)),
        None => state::runs(global).map_err(|failure| Text::new(failure.to_string())),
    };
    let code = console::show(config, global, None, console::Recorded { place, runbooks });
    running.stop();
    if let Some(folder) = folder {
        // It is there only if something was run.
        let _ = fs::remove_dir_all(folder);
    }
    code
}

/// The shop's runbooks, as the demo's console finds them.
fn written(texts: &[(String, String)], extra_regions: &[String]) -> Runbooks {
    let file = |name: &str| format!("{name}.toml");
    let read = |(name, text): &(String, String)| {
        let runbook = parse::parse(text, Path::new(&file(name)), extra_regions);
        Found { name: name.clone(), runbook: runbook.map(|runbook| (runbook, text.clone())).map_err(Into::into) }
    };
    files::written(files::together(texts.iter().map(read).collect(), file))
}

/// Nothing is written over: the folder may hold somebody's changes.
fn export(folder: &Path) -> Result<ExitCode, Failure> {
    let scenarios = folder.join("scenarios");
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&scenarios)
        .map_err(|error| Failure::CannotWrite(format!("{} cannot be made: {error}", scenarios.display())))?;
    simulated::write_private(&folder.join("estate.toml"), demo::ESTATE, Existing::Keep)?;
    simulated::write_private(&folder.join("config.toml"), demo::CONFIG, Existing::Keep)?;
    let runbooks: Vec<(&str, String)> = demo::RUNBOOKS.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    simulated::write_runbooks(&folder.join("config.toml"), &runbooks, Existing::Keep)?;
    for (name, text) in demo::SCENARIOS {
        simulated::write_private(&scenarios.join(format!("{name}.toml")), text, Existing::Keep)?;
    }
    let folder = folder.display();
    output::print(format!(
        "Written to {folder}: estate.toml, config.toml, scenarios/ and runbooks/.\n\
         Play them with: drdeck simulate --estate {folder}/estate.toml --scenario {folder}/scenarios/calm.toml --write-config my.toml\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}
