//! The page's program. Everything is in the library, where tests can reach it; the page's loader calls its two
//! steps.

use frontend as _;

fn main() {}
