//! What is taken of a caller, and what is handed on.

use super::*;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn parent(texts: &[&str]) -> Option<Span> {
    let pairs: Vec<_> = texts.iter().map(|text| (TRACEPARENT, *text)).collect();
    Origin::of(&headers(&pairs), false).unwrap().parent
}

#[test]
fn a_well_formed_traceparent_is_taken_and_gets_a_span_of_its_own() {
    let text = format!("00-{TRACE}-{PARENT}-01");
    let origin = Origin::of(&headers(&[(TRACEPARENT, &text)]), false).unwrap();
    assert_eq!(origin.parent.unwrap().as_str(), text);
    let own = origin.span.as_str();
    assert!(
        own.starts_with(&format!("00-{TRACE}-")) && own.ends_with("-01"),
        "{own}"
    );
    assert!(!own.contains(PARENT));
    // Flags that the version does not know are not handed on; a later version may say more behind.
    for later in [
        format!("00-{TRACE}-{PARENT}-03"),
        format!("cc-{TRACE}-{PARENT}-01"),
        format!("cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like"),
    ] {
        assert_eq!(parent(&[&later]).unwrap().as_str(), text, "{later}");
    }
}

#[test]
fn a_traceparent_that_is_not_well_formed_is_as_good_as_none() {
    let good = format!("00-{TRACE}-{PARENT}-01");
    for bad in [
        String::new(),
        good[..54].to_owned(),
        format!("{good}-"),
        format!("{good}-more"),
        format!("ff-{TRACE}-{PARENT}-01"),
        format!("0-{TRACE}-{PARENT}-01"),
        format!("cc-{TRACE}-{PARENT}-01.more"),
        format!("00-{}-{PARENT}-01", TRACE.to_uppercase()),
        format!("00-{}-{PARENT}-01", "0".repeat(32)),
        format!("00-{TRACE}-{}-01", "0".repeat(16)),
        format!("00-{TRACE}-{PARENT}-0x"),
        format!("00-{TRACE}-{PARENT}-+1"),
        format!("00_{TRACE}_{PARENT}_01"),
        format!(" {good}"),
        "+12125550142".to_owned(),
    ] {
        assert_eq!(parent(&[&bad]), None, "{bad}");
    }
    assert_eq!(parent(&[&good, &good]), None);
}

#[test]
fn a_trace_that_begins_here_is_well_formed_and_for_everybody_to_record() {
    let origin = Origin::of(&HeaderMap::new(), false).unwrap();
    assert!(origin.span.is_sampled() && origin.parent.is_none());
    assert_eq!(Span::parse(origin.span.as_str()), Some(origin.span));
}

#[test]
fn only_servers_are_believed_a_name_and_only_one_of_our_shape() {
    let name = "q7WnB3xK9sVfLr2TzYc5-_";
    let named = |name: &str, callers_are_servers| {
        let headers = headers(&[(REQUEST_ID, name)]);
        Origin::of(&headers, callers_are_servers).unwrap().caller_id
    };
    assert_eq!(named(name, true).unwrap().as_str(), name);
    assert_eq!(named(name, false), None);
    for bad in [
        "",
        "+12125550142",
        "q7WnB3xK9sVfLr2TzYc5\"}",
        &"q".repeat(23),
    ] {
        assert_eq!(named(bad, true), None, "{bad}");
    }
}

#[tokio::test]
async fn calls_that_a_request_leads_to_carry_its_name_and_place() {
    let mut outside = HeaderMap::new();
    Origin::hand_on(&mut outside);
    assert!(outside.is_empty());
    let origin = Origin::of(&HeaderMap::new(), false).unwrap();
    let handed_on = async || {
        let mut headers = HeaderMap::new();
        Origin::hand_on(&mut headers);
        headers
    };
    let headers = origin
        .within(async { tokio::spawn(carried(handed_on())).await })
        .await
        .unwrap();
    assert_eq!(headers[REQUEST_ID], origin.id.as_str());
    assert_eq!(headers[TRACEPARENT], origin.span.as_str());
}
