//! What the system says that a process has used so far.

use crate::Failure;

/// Ticks of the processor's time in a second, as Linux reports it to everybody.
const TICKS: f64 = 100.0;

/// Seconds of processor time.
pub(crate) fn processor_time(process: u32) -> Result<f64, Failure> {
    let text = told(process, "stat")?;
    // The name of the program, in brackets, may hold anything.
    let (_, fields) = text.rsplit_once(") ").ok_or("a strange stat")?;
    let mut fields = fields.split(' ').skip(11);
    let mut ticks =
        || -> Result<f64, Failure> { Ok(fields.next().ok_or("a short stat")?.parse::<f64>()?) };
    Ok((ticks()? + ticks()?) / TICKS)
}

/// The most memory that was resident, in MiB.
pub(crate) fn peak_memory(process: u32) -> Result<f64, Failure> {
    mebibytes(process, "VmHWM:")
}

/// The memory that is resident, in MiB.
pub(crate) fn memory(process: u32) -> Result<f64, Failure> {
    mebibytes(process, "VmRSS:")
}

fn mebibytes(process: u32, what: &str) -> Result<f64, Failure> {
    let text = told(process, "status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(what));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.ok_or("a strange status")?.trim().parse::<f64>()? / 1024.0)
}

/// The processes that this one has started.
pub(crate) fn children(process: u32) -> Result<Vec<u32>, Failure> {
    let text = told(process, &format!("task/{process}/children"))?;
    text.split_whitespace().map(|id| Ok(id.parse()?)).collect()
}

fn told(process: u32, what: &str) -> Result<String, Failure> {
    Ok(std::fs::read_to_string(format!("/proc/{process}/{what}"))?)
}
