//! `apply` killed before each of its steps: what the kernel does afterwards is the old rules or the new, whole.
//!
//! The steps are its system calls, found by looking at one that is left alone, and killed at by `strace`, so that
//! the program under test is the program. A sample runs each time; `KOMAINU_KILLS=100` takes a hundred of each kind,
//! and `KOMAINU_KILLS=all` every one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{Place, files, run, said};
use crate::namespace::{Computer, clinic, smaller, there};

/// Calls that change something, or wait for someone who does.
const CALLS: &str =
    "openat,mkdir,write,writev,fsync,fdatasync,rename,unlink,flock,close,clone,clone3,vfork,wait4,waitid,pipe2,ioctl";
/// Calls of the program `nft` by which the kernel is told.
const CALLS_OF_NFT: &str = "sendmsg,sendto,recvmsg,socket";
/// Kills in each run of the tests, of Komainu and of `nft`; the bar is 20.
const SAMPLES: [usize; 2] = [20, 4];
/// The time within which rules are to be confirmed: long enough for a look at what is on trial.
const WINDOW: Duration = Duration::from_secs(12);

/// A system call: which, and the how many-th of its kind.
type Step = (String, usize);

struct Killed {
    step: String,
    computer: Computer,
    at: Instant,
}

#[test]
fn killed_anywhere_the_rules_are_the_old_or_the_new() {
    if !there() || !has_strace() {
        return;
    }
    let place = Place::new();
    let (old, new) = (clinic(&place, "old"), smaller(&place, "new"));
    let template = Computer::new(&place, "template");
    template.settle(&old);
    let prepared = |tag: &str| {
        let computer = Computer::new(&place, tag);
        let copied = run(Command::new("cp").arg("-r").arg(&template.state).arg(&computer.state));
        assert!(copied.status.success(), "{}", said(&copied));
        assert!(computer.ask(&["apply", "--boot"]).status.success());
        computer
    };
    let mut killed = Vec::new();
    let (mut known, mut trials, mut olds, mut news) = (0, 0, 0, 0);
    for (children, calls, most) in [(false, CALLS, SAMPLES[0]), (true, CALLS_OF_NFT, SAMPLES[1])] {
        let all = steps(&prepared("watched"), &new, &place.path("trace"), children, calls);
        known += all.len();
        for (number, (call, count)) in sample(&all, most).into_iter().enumerate() {
            let computer = prepared(&format!("{}{number}", if children { "n" } else { "k" }));
            let inject = format!("inject={call}:signal=KILL:when={count}");
            let output = apply(&computer, &new, children, &["-e", &format!("trace={call}"), "-e", &inject]);
            let step = format!("{call} {count}{}", if children { " of nft" } else { "" });
            assert!(children || !output.status.success(), "{step}: it was not killed: {}", said(&output));
            let at = Instant::now();
            whole(&computer, &old, &new, &step);
            // Whoever comes next finds records and rules that agree.
            let status = computer.told(&["apply", "--status"]);
            let drift = computer.ask(&["drift"]);
            assert_eq!(drift.status.code(), Some(0), "{step}: {status} {}", said(&drift));
            for path in files(&computer.state) {
                assert!(!path.ends_with(".json") || std::fs::metadata(&path).unwrap().len() > 0, "{}", path.display());
            }
            trials += usize::from(!status["trial"].is_null());
            killed.push(Killed { step, computer, at });
        }
    }
    let kills = killed.len();
    for Killed { step, computer, at } in killed {
        std::thread::sleep((WINDOW + Duration::from_secs(2)).saturating_sub(at.elapsed()));
        // Nobody confirmed what was on trial: the kernel does what the records say is in force.
        let events = computer.events();
        let applied = events.iter().filter(|event| *event == "applied").count();
        let file = if applied == 2 { &new } else { &old };
        assert!(computer.namespace.does(file), "{step}: {events:?}");
        assert!(computer.told(&["apply", "--status"])["trial"].is_null(), "{step}");
        assert_eq!(computer.ask(&["drift"]).status.code(), Some(0), "{step}");
        if applied == 2 { news += 1 } else { olds += 1 }
    }
    #[expect(clippy::print_stdout, reason = "figures")]
    let () = println!(
        "{known} steps are known\n{kills} kills: the old rules after {olds}, the new after {news}; {trials} left rules on trial"
    );
    assert!(kills >= 20 && olds > 0 && news > 0);
}

fn has_strace() -> bool {
    let has = Command::new("strace").arg("--version").output().is_ok_and(|output| output.status.success());
    if !has {
        #[expect(clippy::print_stdout, reason = "what was skipped is told")]
        let () = println!("skipped: needs strace (cargo xtask setup)");
    }
    has
}

/// Applies and confirms, under `strace`.
fn apply(computer: &Computer, file: &Path, children: bool, words: &[&str]) -> std::process::Output {
    let mut command = computer.namespace.command("strace");
    command.args(["-qq", "-o", "/dev/null"]).args(children.then_some("-f")).args(words);
    command.arg(env!("CARGO_BIN_EXE_komainu")).arg("apply").arg(file);
    let window = format!("{}s", WINDOW.as_secs());
    run(command.args(["--yes", "--confirm-within", &window, "--state"]).arg(&computer.state))
}

/// What an apply does that is left alone, from the first look at its records on.
fn steps(computer: &Computer, file: &Path, trace: &PathBuf, children: bool, calls: &str) -> Vec<Step> {
    let selected = format!("trace={calls}");
    let output = apply(computer, file, children, &["-o", trace.to_str().unwrap(), "-e", &selected]);
    assert!(output.status.success(), "{}", said(&output));
    let text = std::fs::read_to_string(trace).unwrap();
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut steps = Vec::new();
    let mut begun = children;
    for line in
        text.lines().filter(|line| !line.contains("resumed>") && !line.starts_with("---") && !line.starts_with("+++"))
    {
        // With children every line begins with the process.
        let (process, line) = if children { line.trim_start().split_once(' ').unwrap() } else { ("", line) };
        let Some((call, rest)) = line.trim_start().split_once('(') else { continue };
        let count = counts.entry((process.to_owned(), call.to_owned())).or_default();
        *count += 1;
        begun |= rest.contains(computer.state.to_str().unwrap());
        let step = (call.to_owned(), *count);
        if begun && !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}

/// Spread over all of them, the first and the last among them.
fn sample(all: &[Step], most: usize) -> Vec<Step> {
    let wanted = match std::env::var("KOMAINU_KILLS").as_deref() {
        Ok("all") => all.len(),
        Ok(number) => number.parse().unwrap(),
        Err(_) => most,
    };
    let wanted = wanted.min(all.len());
    (0..wanted).map(|index| all[index * (all.len() - 1) / (wanted - 1).max(1)].clone()).collect()
}

/// The kernel does what one of the files says. In the last second of a trial both are asked, so it is looked at twice.
fn whole(computer: &Computer, old: &Path, new: &Path, step: &str) {
    let does = || computer.namespace.does(new) || computer.namespace.does(old);
    let again = || {
        std::thread::sleep(Duration::from_millis(1500));
        does()
    };
    assert!(does() || again(), "{step}: neither the old rules nor the new");
}
