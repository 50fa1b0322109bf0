//! Ends a process and its children, as a machine that loses them would.

use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// SIGKILL to a process and then to its children; comes back when all of them are gone.
pub(crate) fn kill_family(parent: i32) -> io::Result<()> {
    let mut family = children(parent)?;
    // The parent first, which would start new ones.
    family.insert(0, parent);
    for &pid in &family {
        let pid = Pid::from_raw(pid).ok_or(io::ErrorKind::InvalidInput)?;
        match kill_process(pid, Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(error) => return Err(error.into()),
        }
    }
    while family.iter().any(|&pid| is_alive(pid)) {
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn children(parent: i32) -> io::Result<Vec<i32>> {
    let processes = fs::read_dir("/proc")?.flatten();
    let child = |entry: fs::DirEntry| {
        let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
        (state_and_parent(pid)?.1 == parent).then_some(pid)
    };
    Ok(processes.filter_map(child).collect())
}

/// A dead process that nobody has asked about yet is dead as well.
fn is_alive(pid: i32) -> bool {
    state_and_parent(pid).is_some_and(|(state, _)| !matches!(state.as_str(), "Z" | "X"))
}

fn state_and_parent(pid: i32) -> Option<(String, i32)> {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    // The name stands in brackets and may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_process_and_its_children_are_gone_afterwards() {
        let mut parent = Command::new("sh")
            .args(["-c", "sleep 1000 & sleep 1000 & wait"])
            .spawn()
            .unwrap();
        let pid = i32::try_from(parent.id()).unwrap();
        while children(pid).unwrap().len() < 2 {
            thread::yield_now();
        }
        let children = children(pid).unwrap();
        kill_family(pid).unwrap();
        assert!(!children.into_iter().any(is_alive));
        assert!(!parent.wait().unwrap().success());
    }
}
