//! Types that are read from a JSON object and from nothing else.
//!
//! A derived reader also takes a list of the fields' values, which no contract says and two readers
//! could understand differently (D-18). For a body as a whole the servers' strict reading sees to it;
//! here it is for the objects inside of one.

/// Gives the types, derived with `#[serde(remote = "Self")]`, readers that take objects only.
macro_rules! only_as_object {
    ($($name:ident),*) => {
        $(impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Object;

                impl<'de> serde::de::Visitor<'de> for Object {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        $name::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    }
                }

                deserializer.deserialize_map(Object)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $name::serialize(self, serializer)
            }
        })*
    };
}

pub(crate) use only_as_object;

#[cfg(test)]
mod tests {
    use crate::otp_service::{
        DeviceFingerprint, SearchUsersRequest, SendOtpBySmsRequest, UpdateUserRequest,
    };

    #[test]
    fn a_list_is_never_taken_for_the_object_that_is_asked_for_d_18() {
        for body in [
            r#"{"phone_number":"+12125550142","device_fingerprint":["192.0.2.1",null]}"#,
            r#"{"phone_number":"+12125550142","device_fingerprint":[]}"#,
        ] {
            assert!(serde_json::from_str::<SendOtpBySmsRequest>(body).is_err());
        }
        for body in [
            r#"{"filters":["AND",[]]}"#,
            r#"{"filters":{"fields":[["email"]]}}"#,
        ] {
            assert!(serde_json::from_str::<SearchUsersRequest>(body).is_err());
        }
        for body in [
            r#"{"emails":[["ada@example.com"]]}"#,
            r#"{"phone_numbers":[["+12125550142"]]}"#,
        ] {
            assert!(serde_json::from_str::<UpdateUserRequest>(body).is_err());
        }
    }

    #[test]
    fn an_object_is_read_and_written_as_before() {
        let body = r#"{"ip":"192.0.2.1"}"#;
        let device: DeviceFingerprint = serde_json::from_str(body).unwrap();
        assert_eq!(serde_json::to_string(&device).unwrap(), body);
        let none = r#"{"phone_number":"+12125550142","device_fingerprint":null}"#;
        let request: SendOtpBySmsRequest = serde_json::from_str(none).unwrap();
        assert_eq!(request.device_fingerprint, None);
    }
}
