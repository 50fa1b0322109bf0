//! WebKitGTK. Its `MiniBrowser` takes language, colours and movement from the desktop, so a
//! desktop is made up for it: a folder of settings and a few variables. In automation it keeps
//! nothing on disk.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use fantoccini::wd::Capabilities;

use super::{Launch, Options};
use crate::browser::Scheme;
use crate::trouble::Outcome;

/// The locale that every glibc machine has as a folder; Debian's name and that of others.
const PLAIN_LOCALES: [&str; 2] = ["/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8"];

pub(super) fn launch(profile: &Path, options: Options<'_>) -> Outcome<Launch> {
    let appearance = options.appearance;
    let settings = profile.join("gtk-3.0");
    fs::create_dir_all(&settings)?;
    fs::write(
        settings.join("settings.ini"),
        format!(
            "[Settings]\ngtk-enable-animations={}\n",
            u8::from(!appearance.reduced_motion)
        ),
    )?;
    let locale = format!("{}.UTF-8", options.language.replace('-', "_"));
    let locales = make_locale(profile, &locale)?;
    let theme = match appearance.scheme {
        Scheme::Light => "Adwaita",
        Scheme::Dark => "Adwaita:dark",
    };
    Ok(Launch {
        arguments: Vec::new(),
        environment: vec![
            ("LC_ALL", locale.into()),
            ("LOCPATH", locales),
            ("GTK_THEME", theme.into()),
            ("XDG_CONFIG_HOME", profile.into()),
            ("XDG_CACHE_HOME", profile.join("cache").into()),
            ("XDG_DATA_HOME", profile.join("data").into()),
            // No desktop's screen reader is asked for, which would be started by D-Bus.
            ("NO_AT_BRIDGE", "1".into()),
            // Tests run as root on build machines, where WebKit's sandbox can't.
            ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1".into()),
        ],
        capabilities: Capabilities::new(),
    })
}

/// Makes a locale of this name with nothing in it that is its own, and gives the folder that it is
/// in. WebKit takes only a locale that is installed, and of that only the name.
fn make_locale(profile: &Path, locale: &str) -> Outcome<OsString> {
    let folder = profile.join("locales");
    fs::create_dir_all(&folder)?;
    if let Some(plain) = PLAIN_LOCALES.iter().find(|path| Path::new(path).is_dir()) {
        symlink(plain, folder.join(locale))?;
    }
    Ok(folder.into())
}
