//! Whether things have room: what can be pressed is large enough or stands apart (WCAG 2.5.8), nothing is
//! cut off when letters and lines stand wider (1.4.12), and nobody scrolls sideways (1.4.10). Measured in
//! the page, since axe-core measures the first only, and only where it is sure.

use serde_json::Value;

use crate::browser::Browser;
use crate::trouble::{Outcome, Trouble};

/// Gives a sentence for everything that has too little room.
const CRAMPED: &str = r#"
    const found = [];
    const name = one => one.outerHTML.slice(0, 120);
    const shown = one => one.checkVisibility({ visibilityProperty: true }) && !one.closest('.visually-hidden');

    // A target is 24 px wide and high, or stands in a line of text, or a circle of 24 px around its
    // centre meets no other target and no other's circle.
    const targets = [...document.querySelectorAll(
        'a[href], button, input:not([type=hidden]), select, summary, textarea, [role=option]')].filter(shown);
    const measured = targets.map(one => ({ one, box: one.getBoundingClientRect() }));
    const small = ({ box }) => box.width < 23.99 || box.height < 23.99;
    const centre = ({ box }) => [box.x + box.width / 2, box.y + box.height / 2];
    const inText = ({ one }) => getComputedStyle(one).display === 'inline'
        && [...one.parentElement.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    const near = (target, other) => {
        const [x, y] = centre(target);
        if (small(other)) {
            const [u, v] = centre(other);
            return Math.hypot(x - u, y - v) < 24;
        }
        const { left, right, top, bottom } = other.box;
        const away = (at, from, to) => Math.max(from - at, 0, at - to);
        return Math.hypot(away(x, left, right), away(y, top, bottom)) < 12;
    };
    for (const target of measured.filter(small)) {
        if (inText(target)) continue;
        const close = measured.find(other => other !== target && near(target, other));
        if (close) found.push(`a small target beside another: ${name(target.one)} ${name(close.one)}`);
    }

    const fits = when => {
        if (document.scrollingElement.scrollWidth > innerWidth) found.push(`scrolls sideways ${when}`);
        for (const one of document.querySelectorAll('body *')) {
            const text = [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
            if (!text || !shown(one)) continue;
            const style = getComputedStyle(one);
            const wide = style.overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1;
            const high = style.overflowY !== 'visible' && one.scrollHeight > one.clientHeight + 1;
            if (wide || high) found.push(`cut off ${when}: ${name(one)}`);
            const box = one.getBoundingClientRect();
            if (box.left < -1 || box.right > innerWidth + 1) found.push(`sticks out ${when}: ${name(one)}`);
        }
    };
    fits('as it is');
    const spaced = new CSSStyleSheet();
    spaced.replaceSync(`
        * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
        p { margin-block-end: 2em !important }`);
    const sheets = [...document.adoptedStyleSheets];
    document.adoptedStyleSheets = [...sheets, spaced];
    fits('with wider spacing');
    document.adoptedStyleSheets = sheets;
    return found;"#;

impl Browser {
    /// Everything that has too little room, a sentence each.
    ///
    /// # Errors
    /// When the browser can't measure it.
    pub async fn cramped(&self) -> Outcome<Vec<String>> {
        let found = self.run(CRAMPED).await?;
        let found = found
            .as_array()
            .ok_or_else(|| Trouble::new("the page measures nothing"))?;
        Ok(found
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect())
    }
}
