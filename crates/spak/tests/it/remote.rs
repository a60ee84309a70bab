//! `spak node run --node`: through a real `sshd` on this machine, which has no GPU.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::gpu;
use crate::support::{Folder, Ran, finish};

/// An `sshd` of this test's own, with a key and a cache of its own.
struct Server {
    child: Child,
    port: u16,
    folder: Folder,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn key(path: &Path) -> bool {
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path);
    command.status().is_ok_and(|status| status.success())
}

impl Server {
    /// One that answers, or nothing where there is no `sshd` or it may not be started.
    fn start() -> Option<Self> {
        let sshd =
            ["/usr/sbin/sshd", "/usr/bin/sshd"].into_iter().find(|p| Path::new(p).exists())?;
        // As root it wants a folder for processes without rights.
        let _ = std::fs::create_dir_all("/run/sshd");
        let folder = Folder::new();
        if !key(&folder.join("host")) || !key(&folder.join("user")) {
            return None;
        }
        folder.write("authorized", folder.read("user.pub"));
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let shown = |name: &str| folder.join(name).display().to_string();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\nUsePAM no\nSetEnv XDG_CACHE_HOME={}\n",
            shown("host"),
            shown("authorized"),
            shown("cache")
        );
        folder.write("config", config);
        let mut command = Command::new(sshd);
        command.args(["-D", "-e", "-f", &shown("config")]);
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let server = Self { child, port, folder };
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(20) {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// The command that connects.
    fn ssh(&self) -> String {
        format!(
            "ssh -p {} -i {} -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
            self.port,
            self.folder.join("user").display()
        )
    }

    /// What is in its cache.
    fn kept(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.join("cache/spak/node")).into_iter().flatten();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn run(folder: &Folder, ssh: &str, host: &str) -> Ran {
    let arguments = ["node", "run", "x.spak", "--trace", "x.jsonl", "--node", host, "--ssh", ssh];
    finish(folder.command(&arguments))
}

#[test]
fn a_bundle_goes_there_once_and_what_is_said_there_is_said_here() {
    let Some(cache) = gpu::cache() else { return };
    let Some(server) = Server::start() else {
        eprintln!("SKIPPED: there is no sshd here that a test may start");
        return;
    };
    let folder = Folder::with("x.dsl", &gpu::softmax(255));
    let bundled = gpu::run(
        &folder,
        &cache,
        &["bundle", "x.dsl", "--arch", "sm_90", "--limit", "1", "-o", "x.spak"],
    );
    assert_eq!(bundled.code, 0, "{bundled:?}");
    let first = run(&folder, &server.ssh(), "127.0.0.1");
    assert_eq!(first.code, 2, "{first:?}");
    // There is no driver on either machine, which are the same one.
    assert!(first.err.contains("no NVIDIA driver"), "{first:?}");
    assert!(first.err.contains("ended with 2"), "{first:?}");
    let kept = server.kept();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(kept[0].starts_with("bundle-") && kept[1].starts_with("spak-"), "{kept:?}");

    // What another run left there comes here, and what is here stays.
    let header = "{\"format\":\"spak.trace\",\"version\":1}\n";
    let there = format!("cache/spak/node/{}.jsonl", kept[0]);
    server.folder.write(&there, format!("{header}there\n"));
    folder.write("x.jsonl", format!("{header}here\n"));
    let second = run(&folder, &server.ssh(), "127.0.0.1");
    assert_eq!(second.code, 2, "{second:?}");
    assert_eq!(folder.read("x.jsonl"), format!("{header}here\n{header}there\n"));
    assert_eq!(server.kept().len(), 3);
}

#[test]
fn a_machine_that_cannot_be_reached_is_said() {
    let folder = Folder::with("x.spak", "no bundle");
    let nobody = run(&folder, "ssh -o BatchMode=yes -o ConnectTimeout=2 -p 1", "127.0.0.1");
    assert_eq!(nobody.code, 2, "{nobody:?}");
    assert!(nobody.err.contains("127.0.0.1 cannot be reached"), "{nobody:?}");
    let absent = run(&folder, "no-such-ssh", "127.0.0.1");
    assert!(absent.err.contains("cannot be reached"), "{absent:?}");
    let option = run(&folder, "ssh", "-oProxyCommand=x");
    assert_eq!(option.code, 2, "{option:?}");
}
