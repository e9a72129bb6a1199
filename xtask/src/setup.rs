//! What is needed besides Cargo. As root on Debian or Ubuntu it is installed; otherwise the exact
//! command is named. Nothing is asked, so that it runs the same on a desk and in automation.

use std::path::PathBuf;

use crate::run::{Doing, Done, command, has, read, root, run, target, which};

/// Major and minor: the page's build needs it, and Debian 12 itself has 18.
const NODE_MIN: (u32, u32) = (20, 19);
/// Names under which the browser is known.
const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What is about to be done decides what must be there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum For {
    Demo,
    Test,
}

struct Tool {
    package: &'static str,
    why: &'static str,
    from: For,
    there: fn() -> bool,
}

const TOOLS: [Tool; 13] = [
    Tool { package: "gcc", why: "compiles SQLCipher", from: For::Demo, there: || has("cc") },
    Tool { package: "libc6-dev", why: "headers for it", from: For::Demo, there: || file("/usr/include/stdio.h") },
    Tool { package: "make", why: "builds OpenSSL", from: For::Demo, there: || has("make") },
    Tool { package: "perl", why: "configures OpenSSL", from: For::Demo, there: || has("perl") },
    Tool { package: "nodejs", why: "builds the page", from: For::Demo, there: || has("node") },
    Tool { package: "npm", why: "fetches what the page is built with", from: For::Demo, there: || has("npm") },
    Tool {
        package: "postgresql",
        why: "the hub's database",
        from: For::Test,
        there: || crate::postgres::bin().is_some(),
    },
    Tool { package: "chromium", why: "the page in a browser", from: For::Test, there: || chromium().is_some() },
    Tool { package: "fonts-noto-cjk", why: "Japanese in pictures of the page", from: For::Test, there: japanese_fonts },
    Tool { package: "strace", why: "makes fsync fail", from: For::Test, there: || has("strace") },
    Tool { package: "nftables", why: "firewall rules in a kernel", from: For::Test, there: || has("nft") },
    Tool { package: "iproute2", why: "network namespaces", from: For::Test, there: || has("ip") },
    Tool { package: "procps", why: "looks at running servers", from: For::Test, there: || has("ps") },
];

/// Installs or names what is missing, then what comes from npm.
pub(crate) fn setup(what_for: For) -> Done {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| tool.from <= what_for && !(tool.there)()).collect();
    if !missing.is_empty() {
        install(&missing)?;
    }
    node()?;
    modules()?;
    if what_for == For::Test {
        crate::fhir_tables::package::examples()?;
    }
    Ok(())
}

fn install(missing: &[&Tool]) -> Done {
    for tool in missing {
        println!("missing: {} ({})", tool.package, tool.why);
    }
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    if !has("apt-get") || read(&mut command("id", ["-u"]))?.trim() != "0" {
        return Err(by_hand(&packages));
    }
    let apt = |args: &[&str]| run(command("apt-get", args).env("DEBIAN_FRONTEND", "noninteractive"));
    apt(&["update", "-q"])?;
    apt(&[&["install", "-y", "-q", "--no-install-recommends"], &packages[..]].concat())?;
    match missing.iter().find(|tool| !(tool.there)()) {
        None => Ok(()),
        Some(tool) => Err(still_missing(tool.package)),
    }
}

fn by_hand(packages: &[&str]) -> String {
    let packages = packages.join(" ");
    format!(
        "please install what is missing, on Debian or Ubuntu with\n  sudo apt-get install -y --no-install-recommends {packages}"
    )
}

/// Ubuntu's chromium package is a pointer to its snap, which no container can run.
fn still_missing(package: &str) -> String {
    format!("{package} was installed but is still not there; on Ubuntu try: sudo snap install {package}")
}

fn file(path: &str) -> bool {
    PathBuf::from(path).exists()
}

fn japanese_fonts() -> bool {
    read(&mut command("fc-list", [":lang=ja", "family"])).is_ok_and(|fonts| !fonts.trim().is_empty())
        || file("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
}

/// The browser's program, if there is one.
pub(crate) fn chromium() -> Option<PathBuf> {
    CHROMIUM.into_iter().find_map(which)
}

/// `v20.20.2` → (20, 20).
fn release(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix('v')?.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

fn own_node() -> PathBuf {
    target().join("tools/node_modules").join(format!("node-linux-{}", npm_cpu())).join("bin")
}

fn npm_cpu() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" }
}

/// `PATH` with our own Node first, where one was needed.
pub(crate) fn path() -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = own_node();
    if !own.join("node").is_file() {
        return path;
    }
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).unwrap_or(path)
}

/// Node of the distribution if it is new enough, otherwise the one npm carries as a package.
fn node() -> Done {
    let found =
        |command: &mut std::process::Command| read(command).ok().and_then(|text| release(&text)).unwrap_or((0, 0));
    if found(command("node", ["--version"]).env("PATH", path())) >= NODE_MIN {
        return Ok(());
    }
    println!("Node is older than {}.{}: taking it from npm into target/tools", NODE_MIN.0, NODE_MIN.1);
    let package = format!("node-linux-{}@{}", npm_cpu(), NODE_MIN.0);
    let folder = target().join("tools");
    std::fs::create_dir_all(&folder).doing("making target/tools")?;
    run(command("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).arg(package))?;
    if found(command("node", ["--version"]).env("PATH", path())) >= NODE_MIN {
        return Ok(());
    }
    Err(format!("Node {}.{} or newer is needed; install it and run this again", NODE_MIN.0, NODE_MIN.1))
}

/// npm in `web/`.
pub(crate) fn npm(args: &[&str]) -> std::process::Command {
    let mut npm = command("npm", args);
    npm.current_dir(root().join("web")).env("PATH", path());
    npm
}

/// The page's own dependencies, exactly as locked; only when the lock has changed.
fn modules() -> Done {
    let time = |path: &str| std::fs::metadata(root().join("web").join(path)).and_then(|meta| meta.modified()).ok();
    let locked = time("package-lock.json").ok_or("web/package-lock.json is missing")?;
    if time("node_modules/.package-lock.json").is_some_and(|installed| installed >= locked) {
        return Ok(());
    }
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_of_node() {
        assert_eq!(release("v20.20.2\n"), Some((20, 20)));
        assert!(release("v18.19.0") < Some(NODE_MIN) && release("v20.9.0") < Some(NODE_MIN));
        assert_eq!(release("node: not found"), None);
    }

    #[test]
    fn without_rights_the_exact_command_is_named() {
        let said = by_hand(&["strace", "chromium"]);
        assert!(said.ends_with("sudo apt-get install -y --no-install-recommends strace chromium"), "{said}");
        assert!(still_missing("chromium").contains("snap install chromium"));
    }

    #[test]
    fn the_page_is_built_in_its_folder_with_a_new_enough_node() {
        let version = read(npm(&["version", "--json"]).env("CI", "true")).unwrap();
        let version: serde_json::Value = serde_json::from_str(&version).unwrap();
        assert!(version["komainu-web"].is_string(), "{version}");
        assert!(release(&format!("v{}", version["node"].as_str().unwrap())) >= Some(NODE_MIN), "{version}");
    }

    #[test]
    fn every_tool_says_why_and_the_demo_needs_fewer() {
        assert!(TOOLS.iter().all(|tool| !tool.why.is_empty() && !tool.package.contains(' ')));
        let demo = TOOLS.iter().filter(|tool| tool.from <= For::Demo).count();
        assert!(demo > 0 && demo < TOOLS.len());
    }
}
