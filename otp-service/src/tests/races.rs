//! Many callers at the same moment (I-01 to I-04). Every race is run by one service here and by two
//! on one database in [`super::two_services`]; how often: `PIPIT_TORTURE_ROUNDS`.

pub(super) mod crowds;
pub(super) mod orders;
pub(super) mod together;

use super::harness::Harness;

/// A test for a race by one service, which leaves a whole database.
macro_rules! alone {
    ($($name:ident: $race:path;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $name() {
            $race(&together::ready([Harness::start().await]).await).await;
        }
    )*};
}

alone! {
    sixty_four_equal_verifies_at_once_make_one_session_i_01: crowds::right_verifies;
    of_sixty_four_wrong_codes_at_once_five_are_compared_i_02_a_06: crowds::wrong_verifies;
    the_right_code_among_sixty_three_wrong_ones_has_five_tries_i_02: crowds::right_among_wrong;
    sixty_four_starts_at_once_for_a_new_number_make_one_user_and_one_message_i_04_b_12: crowds::starts;
    verify_and_resend_end_as_one_after_the_other_i_03: orders::verify_and_resend;
    verify_and_deletion_of_the_user_end_as_one_after_the_other_i_03: orders::verify_and_deletion;
    verify_and_sign_out_end_as_one_after_the_other_i_03: orders::verify_and_sign_out;
    verify_and_disabling_end_as_one_after_the_other_i_03: orders::verify_and_disabling;
    verify_and_revocation_of_the_key_end_as_one_after_the_other_i_03: orders::verify_and_revocation;
}
