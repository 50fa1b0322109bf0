//! The page's program. Everything is in the library, where tests can reach it.

fn main() {
    frontend::start();
}
