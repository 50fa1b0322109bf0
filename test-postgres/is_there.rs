//! The build script of the crates that test on PostgreSQL: says whether there is a server to test on, so
//! that those tests exist only then and none passes without having run. Nothing else is decided here.

#[allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "how a build script is asked and answers"
)]
fn main() {
    println!("cargo::rustc-check-cfg=cfg(postgres_tests)");
    println!("cargo::rerun-if-changed=../test-postgres/is_there.rs");
    println!("cargo::rerun-if-env-changed=PIPIT_TEST_POSTGRES");
    if std::env::var_os("PIPIT_TEST_POSTGRES").is_some() {
        println!("cargo::rustc-cfg=postgres_tests");
    }
}
