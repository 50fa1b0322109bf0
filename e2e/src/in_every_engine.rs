//! One test, three engines.

/// Makes a test in each engine of functions that take the engine. The tests of `sign_in.rs` are called
/// `sign_in::chromium::…`, `sign_in::firefox::…` and `sign_in::webkit::…`.
///
/// A function that is not named in the list is unused, which the compiler says. What `WebKit` can't do is
/// listed behind the rest, with the reason, and shown by the test runner as ignored for it:
///
/// ```text
/// in_every_engine![
///     one_test,
///     another_test;
///     not in webkit, "it has no forced colours":
///     a_third_test,
/// ];
/// ```
#[macro_export]
macro_rules! in_every_engine {
    ($($test:ident),+ $(,)?) => {
        $crate::in_one_engine!(chromium, Chromium, $($test),+);
        $crate::in_one_engine!(firefox, Firefox, $($test),+);
        $crate::in_one_engine!(webkit, WebKit, $($test),+);
    };
    ($($test:ident),+; not in webkit, $reason:literal: $($but:ident),+ $(,)?) => {
        $crate::in_one_engine!(chromium, Chromium, $($test),+, $($but),+);
        $crate::in_one_engine!(firefox, Firefox, $($test),+, $($but),+);
        $crate::in_one_engine!(webkit, WebKit, $($test),+; ignored $reason: $($but),+);
    };
}

/// The tests of one engine, for [`in_every_engine`].
#[doc(hidden)]
#[macro_export]
macro_rules! in_one_engine {
    ($name:ident, $engine:ident, $($test:ident),+ $(; ignored $reason:literal: $($but:ident),+)?) => {
        mod $name {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() -> $crate::Outcome {
                    super::$test($crate::Engine::$engine).await
                }
            )+
            $($(
                #[test]
                #[ignore = $reason]
                fn $but() {}
            )+)?
        }
    };
}
