//! `deploy/compose.yaml`, the Kubernetes manifests and the Containerfiles: each setting that they name is one of
//! `--help` with a value that it takes, and what they refer to is there. Not here: whether Docker and Kubernetes take
//! them; neither is on a test machine.

use std::collections::BTreeSet;

use clap::CommandFactory;
use serde::Deserialize;
use serde_yaml_ng::Value;

use crate::proxies::path;

/// What `${NAME…}` stands for while values are tried.
const FILLED: [(&str, &str); 5] = [
    ("HOST", "login.example.com"),
    ("APP_NAME", "Pipit"),
    ("COUNTRIES", "US,CA"),
    ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000"),
    ("TWILIO_SENDER", "+12125550100"),
];

fn documents(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path(file)).unwrap();
    let parsed = serde_yaml_ng::Deserializer::from_str(&text).map(|document| {
        let mut value =
            Value::deserialize(document).unwrap_or_else(|error| panic!("{file}: {error}"));
        // What is merged in may itself be merged together.
        value.apply_merge().unwrap();
        value.apply_merge().unwrap();
        value
    });
    parsed.collect()
}

fn command(program: &str) -> clap::Command {
    match program {
        "backend" => backend::Config::command(),
        "otp-service" => otp_service::Config::command(),
        other => panic!("there is no program {other}"),
    }
}

/// Tries the settings as flags, which are read like the environment.
fn tries_out(program: &str, settings: &[(String, String)]) {
    let command = command(program);
    let mut words = vec![program.to_owned()];
    for (name, value) in settings {
        let argument = command
            .get_arguments()
            .find(|argument| argument.get_env().is_some_and(|env| env == name.as_str()));
        let argument = argument.unwrap_or_else(|| panic!("{program} has no setting {name}"));
        let flag = argument.get_long().unwrap();
        match argument.get_action() {
            clap::ArgAction::SetTrue => assert_eq!(value, "true", "{name}"),
            _ => words.push(format!("--{flag}={}", filled(value))),
        }
    }
    command
        .try_get_matches_from(words)
        .unwrap_or_else(|error| panic!("{program}: {error}"));
}

/// A value as compose would read it with a full `.env`.
fn filled(value: &str) -> String {
    let Some((before, rest)) = value.split_once("${") else {
        return value.to_owned();
    };
    let (inner, after) = rest.split_once('}').unwrap();
    let name = inner.split([':', '?', '-']).next().unwrap();
    let (_, value) = FILLED
        .iter()
        .find(|(known, _)| *known == name)
        .unwrap_or_else(|| panic!("{name} is not filled"));
    format!("{before}{value}{after}")
}

/// `pipit-backend:0.1.0` is the program `backend`; its version must be ours.
fn program_of(image: &str) -> Option<String> {
    let (_, ours) = image.rsplit_once("/pipit-")?;
    let (program, version) = ours.split_once(':').unwrap();
    assert_eq!(version, env!("CARGO_PKG_VERSION"), "{image}");
    Some(program.to_owned())
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_sequence().into_iter().flatten();
    items
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn compose_names_settings_secrets_and_files_that_exist() {
    let [compose] = &documents("deploy/compose.yaml")[..] else {
        panic!("one document");
    };
    let mut programs = Vec::new();
    for (name, service) in compose["services"].as_mapping().unwrap() {
        let name = name.as_str().unwrap();
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(texts(&service["cap_drop"]), ["ALL"], "{name}");
        assert_eq!(
            texts(&service["security_opt"]),
            ["no-new-privileges:true"],
            "{name}"
        );
        assert!(
            service["mem_limit"].is_string() && !service["cpus"].is_null(),
            "{name}"
        );
        let secrets = service["secrets"].as_sequence().unwrap().iter();
        let secrets: Vec<_> = secrets
            .map(|secret| secret.as_str().or(secret["source"].as_str()).unwrap())
            .collect();
        for secret in &secrets {
            assert!(
                compose["secrets"][secret]["file"].is_string(),
                "{name}: {secret}"
            );
        }
        for volume in texts(&service["volumes"]) {
            let (from, _) = volume.split_once(':').unwrap();
            if let Some(file) = from.strip_prefix("./") {
                assert!(path("deploy").join(file).exists(), "{name}: {file}");
            } else if !from.starts_with('$') {
                assert!(
                    compose["volumes"].as_mapping().unwrap().contains_key(from),
                    "{name}: {from}"
                );
            }
        }
        let Some(program) = program_of(service["image"].as_str().unwrap()) else {
            continue;
        };
        let settings = service["environment"].as_mapping().unwrap().iter();
        let settings: Vec<_> = settings
            .map(|(name, value)| {
                (
                    name.as_str().unwrap().to_owned(),
                    value.as_str().unwrap().to_owned(),
                )
            })
            .collect();
        for (setting, value) in &settings {
            if let Some(secret) = value.strip_prefix("/run/secrets/") {
                assert!(secrets.contains(&secret), "{name}: {setting}");
            }
        }
        tries_out(&program, &settings);
        assert_eq!(
            texts(&service["healthcheck"]["test"]),
            ["CMD", &format!("/{program}"), "healthcheck"]
        );
        programs.push(program);
    }
    programs.sort();
    assert_eq!(
        programs,
        ["backend", "backend", "otp-service", "otp-service"]
    );
}

#[test]
fn the_manifests_name_settings_ports_volumes_and_keys_that_exist() {
    let documents = documents("deploy/kubernetes/pipit.yaml");
    let of_kind = |kind: &str| {
        documents
            .iter()
            .find(|document| document["kind"] == kind)
            .unwrap_or_else(|| panic!("no {kind}"))
    };
    let config = &of_kind("ConfigMap")["data"];
    let pod = &of_kind("Deployment")["spec"]["template"];
    let spec = &pod["spec"];
    assert_eq!(spec["securityContext"]["runAsNonRoot"], true);
    assert_eq!(spec["securityContext"]["runAsUser"], 65532);
    let named = |list: &Value| -> BTreeSet<String> {
        let items = list.as_sequence().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let volumes = named(&spec["volumes"]);
    let mut ports = BTreeSet::new();
    let containers = || spec["containers"].as_sequence().unwrap().iter();
    for container in containers().chain(spec["initContainers"].as_sequence().unwrap()) {
        let name = container["name"].as_str().unwrap();
        let context = &container["securityContext"];
        assert_eq!(context["readOnlyRootFilesystem"], true, "{name}");
        assert_eq!(context["allowPrivilegeEscalation"], false, "{name}");
        assert_eq!(texts(&context["capabilities"]["drop"]), ["ALL"], "{name}");
        assert!(
            container["resources"]["limits"]["memory"].is_string(),
            "{name}"
        );
        assert!(
            named(&container["volumeMounts"]).is_subset(&volumes),
            "{name}"
        );
    }
    for container in containers() {
        let own = named(&container["ports"]);
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
            let asked = &container[probe]["httpGet"];
            assert!(own.contains(asked["port"].as_str().unwrap()), "{probe}");
            let path = if probe == "readinessProbe" {
                "/readyz"
            } else {
                "/healthz"
            };
            assert_eq!(asked["path"], path, "{probe}");
        }
        let settings = container["env"]
            .as_sequence()
            .unwrap()
            .iter()
            .map(|setting| {
                let from_map = || config[&setting["valueFrom"]["configMapKeyRef"]["key"]].as_str();
                let value = setting["value"].as_str().or_else(from_map);
                (
                    setting["name"].as_str().unwrap().to_owned(),
                    value.unwrap().to_owned(),
                )
            });
        let program = program_of(container["image"].as_str().unwrap()).unwrap();
        tries_out(&program, &settings.collect::<Vec<_>>());
        ports.extend(own);
    }
    let labels = &pod["metadata"]["labels"];
    assert_eq!(
        &of_kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        labels
    );
    assert_eq!(&of_kind("Service")["spec"]["selector"], labels);
    assert!(
        ports.contains(
            of_kind("Service")["spec"]["ports"][0]["targetPort"]
                .as_str()
                .unwrap()
        )
    );
}

#[test]
fn the_images_settings_exist() {
    for program in ["backend", "otp-service"] {
        let file =
            std::fs::read_to_string(path(&format!("deploy/Containerfile.{program}"))).unwrap();
        let line = file
            .lines()
            .find_map(|line| line.strip_prefix("ENV "))
            .unwrap();
        let settings = line.split(' ').map(|setting| {
            let (name, value) = setting.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        tries_out(program, &settings.collect::<Vec<_>>());
    }
}
