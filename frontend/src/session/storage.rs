//! Texts by key, in the browser's storage, or in memory where the browser has none: private mode,
//! storage blocked by a setting, or full.

use std::cell::RefCell;

use gloo_storage::{LocalStorage, SessionStorage, Storage};

/// Who sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Every tab of this browser, until it is removed.
    AllTabs,
    /// This tab alone, until it is closed.
    ThisTab,
}

thread_local! {
    static MEMORY: RefCell<Vec<(Place, &'static str, String)>> = const { RefCell::new(Vec::new()) };
}

/// `raw` of gloo-storage ends the program where storage is blocked, so that is asked first.
fn open(place: Place) -> Option<web_sys::Storage> {
    let window = web_sys::window()?;
    match place {
        Place::AllTabs => window.local_storage().ok()?.map(|_| LocalStorage::raw()),
        Place::ThisTab => window
            .session_storage()
            .ok()?
            .map(|_| SessionStorage::raw()),
    }
}

/// Whether something written now would be kept. Some browsers have a storage that takes nothing.
pub(super) fn works(place: Place) -> bool {
    const PROBE: &str = "storage_probe";
    let Some(storage) = open(place) else {
        return false;
    };
    storage
        .set_item(PROBE, PROBE)
        .and_then(|()| storage.remove_item(PROBE))
        .is_ok()
}

pub(super) fn read(place: Place, key: &'static str) -> Option<String> {
    let stored = open(place).and_then(|storage| storage.get_item(key).ok().flatten());
    stored.or_else(|| {
        MEMORY.with_borrow(|memory| {
            let mut kept = memory
                .iter()
                .filter(|(its_place, its_key, _)| (*its_place, *its_key) == (place, key));
            kept.next().map(|(_, _, value)| value.clone())
        })
    })
}

/// Says whether it will outlive this page.
pub(super) fn write(place: Place, key: &'static str, value: &str) -> bool {
    forget(place, key);
    let kept = open(place).is_some_and(|storage| storage.set_item(key, value).is_ok());
    if !kept {
        // An older value must not come back when the page is opened again.
        remove(place, key);
        MEMORY.with_borrow_mut(|memory| memory.push((place, key, value.to_owned())));
    }
    kept
}

/// Removing fails only where nothing can be stored either.
pub(super) fn remove(place: Place, key: &'static str) {
    forget(place, key);
    if let Some(storage) = open(place) {
        let _ = storage.remove_item(key);
    }
}

fn forget(place: Place, key: &'static str) {
    MEMORY.with_borrow_mut(|memory| {
        memory.retain(|(its_place, its_key, _)| (*its_place, *its_key) != (place, key));
    });
}
