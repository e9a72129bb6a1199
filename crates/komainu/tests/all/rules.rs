//! `apply`, `open`, `drift` and `watch-rules`, in kernels of their own.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Place, komainu, run, said};
use crate::namespace::{Computer, Namespace, clinic, edit, smaller, there};

/// Nothing of Komainu runs while the time passes: the kernel goes back by itself.
#[test]
fn what_nobody_confirms_the_kernel_itself_gives_up() {
    if !there() {
        return;
    }
    let place = Place::new();
    let (computer, old, new) = (Computer::new(&place, "time"), clinic(&place, "old"), smaller(&place, "new"));
    let output = computer.apply(&old, &["--confirm-within", "5m"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("前の規則に戻ります"), "{}", said(&output));
    assert!(computer.ask(&["apply", "--cancel"]).status.success());
    assert_eq!(computer.namespace.sh("nft list tables"), "", "before the first there were no rules of ours");
    computer.settle(&old);
    let output = computer.apply(&new, &["--confirm-within", "4s"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(computer.namespace.does(&new), "on trial means in force");
    computer.namespace.comes_to_do(&old);
    assert_eq!(computer.ask(&["apply", "--confirm"]).status.code(), Some(4), "too late");
    assert!(computer.namespace.does(&old));
    assert_eq!(computer.events(), ["given-up", "applied", "given-up"]);
    assert_eq!(computer.ask(&["drift"]).status.code(), Some(0));
}

#[test]
fn what_is_confirmed_stays_and_can_be_taken_back() {
    if !there() {
        return;
    }
    let place = Place::new();
    let (computer, old, new) = (Computer::new(&place, "stay"), clinic(&place, "old"), smaller(&place, "new"));
    computer.settle(&old);
    let tried = computer.told(&["apply", new.to_str().unwrap(), "--confirm-within", "5m", "--why", "注文を止める"]);
    assert_eq!((&tried["state"], &tried["proof"]["proof"]), (&"trial".into(), &"equal".into()));
    let output = computer.apply(&old, &[]);
    assert_eq!(output.status.code(), Some(5), "one trial at a time: {}", said(&output));
    assert_eq!(computer.told(&["apply", "--status"])["trial"]["why"], "注文を止める");
    assert_eq!(computer.told(&["apply", "--confirm"])["number"], 2);
    assert!(computer.namespace.does(&new));
    assert_eq!(computer.namespace.sh("nft list tables").trim(), "table inet komainu");
    // Back to the first, on trial like everything else; and away from it again.
    let output = computer.ask(&["apply", "--revert", "1", "--confirm-within", "5m"]);
    assert!(output.status.success() && said(&output).contains("通るようになります"), "{}", said(&output));
    assert!(computer.namespace.does(&old));
    assert!(computer.ask(&["apply", "--cancel"]).status.success());
    assert!(computer.namespace.does(&new));
    assert!(computer.ask(&["apply", "--revert", "1", "--yes"]).status.success());
    assert!(computer.namespace.does(&old));
    assert_eq!(computer.events(), ["applied", "applied", "given-up", "applied"]);
    assert_eq!(computer.ask(&["apply", "--revert", "3"]).status.code(), Some(4), "it put nothing in force");
    let planned = run(komainu().arg("plan").arg(&new).arg("--state").arg(&computer.state));
    assert!(said(&planned).contains("Closes: "), "{}", said(&planned));
}

#[test]
fn rules_changed_while_on_trial_are_not_confirmed() {
    if !there() {
        return;
    }
    let place = Place::new();
    let (computer, old, new) = (Computer::new(&place, "odd"), clinic(&place, "old"), smaller(&place, "new"));
    computer.settle(&old);
    assert!(computer.apply(&new, &["--confirm-within", "5m"]).status.success());
    computer.namespace.sh("nft insert rule inet komainu_trial forward tcp dport 3389 accept");
    let output = computer.ask(&["apply", "--confirm"]);
    assert_eq!(output.status.code(), Some(6));
    assert!(said(&output).contains("3389/tcp"), "the packets are told: {}", said(&output));
    assert!(computer.namespace.does(&old));
    // Another's table that refuses what is declared: nothing of ours can make it right.
    computer
        .namespace
        .sh("nft 'table inet other { chain c { type filter hook forward priority 5; udp dport 123 drop; }; }'");
    let output = computer.apply(&new, &["--yes"]);
    assert_eq!(output.status.code(), Some(6), "{}", said(&output));
    assert_eq!(computer.events(), ["applied", "given-up", "given-up"]);
}

#[test]
fn who_works_over_the_network_does_not_shut_themselves_out() {
    if !there() {
        return;
    }
    let place = Place::new();
    let (computer, file) = (Computer::new(&place, "ssh"), clinic(&place, "file"));
    computer.namespace.sh(
        "ip link add vlan40 type veth peer name far; ip addr add 192.168.40.1/24 dev vlan40; ip link set vlan40 up",
    );
    let apply = |words: &[&str]| {
        let mut command = computer.namespace.komainu();
        command.env("SSH_CONNECTION", "192.168.40.11 50000 192.168.40.1 22");
        run(command.arg("apply").arg(&file).args(words).arg("--state").arg(&computer.state))
    };
    let output = apply(&["--yes"]);
    assert_eq!(output.status.code(), Some(6));
    assert!(said(&output).contains("192.168.40.11"), "{}", said(&output));
    assert_eq!(computer.namespace.sh("nft list tables"), "");
    let output = apply(&["--confirm-within", "5m", "--force"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(computer.ask(&["apply", "--cancel"]).status.success());
    edit(&file, &|text| {
        let gateway = text.split("device = \"").nth(1).unwrap().split('"').next().unwrap();
        format!(
            "{text}\n[[flow]]\nid = \"admin\"\nfrom = \"office\"\nto = \"{gateway}\"\nservice = \"ssh\"\nwhy = \"管理\"\n"
        )
    });
    let output = apply(&["--yes"]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn at_the_start_the_confirmed_is_loaded_and_nothing_else() {
    if !there() {
        return;
    }
    let place = Place::new();
    let (computer, old, new) = (Computer::new(&place, "boot"), clinic(&place, "old"), smaller(&place, "new"));
    // Where no records are, nothing passes; where nothing was confirmed, nothing is loaded.
    let boot = || computer.ask(&["apply", "--boot"]);
    assert_eq!(boot().status.code(), Some(9));
    assert!(computer.namespace.sh("nft list chain inet komainu forward").contains("policy drop"));
    assert!(computer.ask(&["apply", "--status"]).status.success());
    assert!(!computer.state.exists(), "a look leaves nothing behind that the next start could take for records");
    // A trial on a closed gateway leads back to a closed one.
    assert!(computer.apply(&old, &["--confirm-within", "5m"]).status.success());
    assert!(computer.namespace.does(&old));
    assert!(computer.ask(&["apply", "--cancel"]).status.success());
    assert!(computer.namespace.sh("nft list chain inet komainu forward").contains("policy drop"));
    computer.namespace.sh("nft flush ruleset");
    assert!(boot().status.success());
    assert_eq!(computer.namespace.sh("nft list tables"), "");
    computer.settle(&old);
    assert!(computer.apply(&new, &["--confirm-within", "5m"]).status.success());
    restart(&computer);
    assert!(boot().status.success());
    assert!(computer.namespace.does(&old));
    assert_eq!(computer.events(), ["given-up", "applied", "given-up"]);
    let last = computer.state.join("history/000002.json");
    std::fs::write(&last, "{").unwrap();
    restart(&computer);
    assert_eq!(boot().status.code(), Some(9));
    assert!(!computer.namespace.does(&old));
    assert!(computer.namespace.sh("nft list chain inet komainu forward").contains("policy drop"));
}

/// As after a power cut: the kernel has forgotten everything, and has another id.
fn restart(computer: &Computer) {
    computer.namespace.sh("nft flush ruleset");
    let pending = computer.state.join("pending.json");
    if pending.exists() {
        edit(&pending, &|text| {
            let mut record: Value = serde_json::from_str(&text).unwrap();
            record["boot"] = "another".into();
            record.to_string()
        });
    }
}

#[test]
fn a_vendor_is_let_in_for_a_while_and_shut_out_by_the_kernel() {
    if !there() {
        return;
    }
    let place = Place::new();
    let (computer, file) = (Computer::new(&place, "open"), clinic(&place, "file"));
    let open = |words: &[&str]| computer.ask(&[&["open"], words].concat());
    assert_eq!(open(&["netcare", "--why", "点検"]).status.code(), Some(4), "nothing is applied");
    computer.settle(&file);
    assert_eq!(open(&["nobody", "--why", "点検"]).status.code(), Some(4));
    assert_eq!(open(&["netcare"]).status.code(), Some(2), "a reason is needed");
    // Ten hours are asked for; two are declared.
    let opened = computer.told(&["open", "netcare", "--for", "10h", "--why", "点検"]);
    let moment = |name: &str| opened[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(moment("until").duration_since(moment("since")).as_mins(), 120);
    assert!(!computer.namespace.does(&file), "more is open than the file says");
    assert_eq!(computer.ask(&["drift"]).status.code(), Some(0), "but no more than was opened");
    assert_eq!(computer.told(&["open"])[0]["why"], "点検");
    assert!(open(&["netcare", "--close"]).status.success());
    assert!(computer.namespace.does(&file));
    assert_eq!(open(&["netcare", "--close"]).status.code(), Some(4));
    // The rest of its time survives a restart, and then ends without anybody.
    assert!(open(&["netcare", "--why", "続き"]).status.success());
    shorten(&computer, 3);
    restart(&computer);
    assert!(computer.ask(&["apply", "--boot"]).status.success());
    assert!(computer.namespace.sh("nft list ruleset").contains("chain grant_netcare"));
    computer.namespace.comes_to_do(&file);
    restart(&computer);
    assert!(computer.ask(&["apply", "--boot"]).status.success());
    assert!(!computer.namespace.sh("nft list ruleset").contains("grant_netcare"), "its time is over");
    assert_eq!(computer.events(), ["applied", "opened", "closed", "opened"]);
    // Outside the declared hours nobody is let in.
    edit(&file, &|text| text.replace("daily 00:00-24:00", &closed_now()));
    computer.settle(&file);
    let output = open(&["netcare", "--why", "点検"]);
    assert_eq!(output.status.code(), Some(6));
    assert!(said(&output).contains("宣言された時間"), "{}", said(&output));
}

/// Lets a vendor's time end in some seconds.
fn shorten(computer: &Computer, seconds: i64) {
    #[expect(clippy::disallowed_methods, reason = "a test in real time")]
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    edit(&computer.state.join("open.json"), &|text| {
        let mut record: Value = serde_json::from_str(&text).unwrap();
        record[0]["until"] = until.to_string().into();
        record.to_string()
    });
}

/// Two hours of the day that are not now and not soon.
fn closed_now() -> String {
    #[expect(clippy::disallowed_methods, reason = "a test in real time")]
    let hour = jiff::Zoned::now().hour();
    let from = (hour + 11) % 22;
    format!("daily {from:02}:00-{:02}:00", from + 2)
}

#[test]
fn what_somebody_changed_by_hand_is_told_rule_by_rule() {
    if !there() {
        return;
    }
    let place = Place::new();
    let (computer, file) = (Computer::new(&place, "drift"), clinic(&place, "file"));
    assert_eq!(computer.ask(&["drift"]).status.code(), Some(4));
    computer.settle(&file);
    let drift = || {
        let output = computer.ask(&["drift", "--json"]);
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        (output.status.code(), told["changes"].as_array().unwrap().clone())
    };
    assert_eq!(drift(), (Some(0), vec![]));
    computer.namespace.sh("nft insert rule inet komainu forward tcp dport 3389 accept\n\
         nft add element inet komainu quarantine4 '{ 192.168.10.5 }'\n\
         nft delete element inet komainu chart_to_imaging_ports4 \
         '{ 192.168.10.5 . 192.168.31.10 . tcp . 2575 : goto flow_order }'\n");
    let (code, changes) = drift();
    assert_eq!(code, Some(1));
    let of = |word: &str| changes.iter().filter(|each| each["change"] == word).collect::<Vec<_>>();
    assert_eq!(changes.len(), 3, "{changes:#?}");
    let rule = of("added").into_iter().find(|each| each["part"] == "chain forward").unwrap();
    assert_eq!(rule["after"], "tcp dport 3389 accept");
    computer.namespace.sh(&format!("nft delete rule inet komainu forward handle {}", rule["handle"]));
    let element = of("added").into_iter().find(|each| each["part"] == "set quarantine4").unwrap();
    assert_eq!(element["names"], Value::from(vec!["電子カルテサーバー"]));
    assert_eq!(of("removed")[0]["names"], Value::from(vec!["電子カルテサーバー", "PACS"]));
    // A change that lets the same packets pass is one all the same.
    computer.settle(&file);
    computer.namespace.sh("nft add rule inet komainu forward counter drop; nft add table ip mine");
    let (code, changes) = drift();
    assert_eq!((code, changes.len()), (Some(1), 2), "{changes:#?}");
    // Loading again puts all right.
    computer.settle(&file);
    computer.namespace.sh("nft delete table ip mine");
    assert_eq!(drift(), (Some(0), vec![]));
}

#[test]
fn what_must_not_be_is_not_applied() {
    if !there() {
        return;
    }
    let place = Place::new();
    let (computer, file) = (Computer::new(&place, "not"), clinic(&place, "file"));
    let good = std::fs::read_to_string(&file).unwrap();
    let inward = "\n[[flow]]\nid = \"inward\"\nfrom = \"internet\"\nto = \"chart\"\nservice = \"rdp\"\nwhy = \"x\"\n";
    for (text, says) in [
        (format!("{good}{inward}"), "適用しません"),
        (good.replacen("[clinic]", "[clinik]", 1), "corrections"),
        (good.replace("platform = \"nftables\"", "platform = \"rtx\""), "komainu compile"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = computer.apply(&file, &["--yes"]);
        assert_eq!(output.status.code(), Some(3));
        assert!(said(&output).contains(says), "{}", said(&output));
    }
    assert_eq!(computer.namespace.sh("nft list tables"), "");
    assert_eq!(computer.events(), Vec::<String>::new());
    for words in [["--confirm"], ["--cancel"]] {
        assert_eq!(computer.ask(&["apply", words[0]]).status.code(), Some(4));
    }
}

#[test]
fn the_watch_loads_what_is_open_now_and_cleans_up_what_is_over() {
    if !there() {
        return;
    }
    let place = Place::new();
    let (computer, file) = (Computer::new(&place, "watch"), clinic(&place, "file"));
    computer.settle(&file);
    assert!(computer.ask(&["open", "netcare", "--why", "点検"]).status.success());
    shorten(&computer, 3);
    computer.namespace.sh("nft flush ruleset");
    let mut watch = computer.namespace.komainu();
    let watch = watch.arg("watch-rules").arg("--state").arg(&computer.state).stderr(Stdio::null()).spawn().unwrap();
    let _watch = Ends(watch);
    let namespace: &Namespace = &computer.namespace;
    namespace.comes_to_do(&file);
    let began = Instant::now();
    while namespace.sh("nft list ruleset").contains("grant_netcare") {
        assert!(began.elapsed() < Duration::from_secs(60), "what is over is still there");
        std::thread::sleep(Duration::from_millis(200));
    }
    // Whoever takes all rules away, as another firewall's service does at its start, does not leave the door open.
    namespace.sh("nft flush ruleset");
    namespace.comes_to_do(&file);
}

/// A process that ends with the test.
struct Ends(std::process::Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}
