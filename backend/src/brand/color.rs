//! The accent and what follows from it, by the contrast formula of WCAG 2.2: everything that is written
//! in it or on it can be read, on light pages and on dark ones. Pure.

use std::fmt;
use std::str::FromStr;

/// Of text (WCAG 2.2, 1.4.3).
const ENOUGH: f64 = 4.5;

// The colours of frontend/style.css that the accent stands on or carries; a test compares.
/// Light pages beside the card; darker than the card, so what can be read here can be read there.
const GROUND: Color = Color([0xf5, 0xf6, 0xf8]);
const SURFACE: Color = Color([0xff, 0xff, 0xff]);
/// The card of dark pages; lighter than what is beside it.
const DARK_SURFACE: Color = Color([0x18, 0x1c, 0x23]);
const DARK_GROUND: Color = Color([0x0f, 0x12, 0x17]);

const WHITE: Color = Color([0xff; 3]);
const BLACK: Color = Color([0; 3]);

/// A colour of the screen, `#rrggbb` in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color([u8; 3]);

/// Not `#` and six hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoColor;

impl fmt::Display for NoColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be # and six hexadecimal digits, as #3450cf")
    }
}

impl std::error::Error for NoColor {}

/// Texts in this colour, or on it, could not be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Unreadable {
    color: Color,
    contrast: f64,
    nearest: Color,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Cut off, not rounded: 4.49 is not 4.5.
        let contrast = (self.contrast * 100.0).floor() / 100.0;
        write!(
            f,
            "{} has a contrast of {contrast:.2} to light pages, and links and buttons need {ENOUGH} (WCAG 2.2, 1.4.3); \
             the nearest shade that has it is {}",
            self.color, self.nearest
        )
    }
}

/// The accent's colours on light or on dark pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shades {
    accent: Color,
    /// Under the pointer.
    strong: Color,
    /// Text on both.
    on: Color,
    /// Behind notices.
    wash: Color,
}

/// All that follows from an accent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    light: Shades,
    dark: Shades,
}

impl Color {
    /// The palette, if the colour can be read as text on light pages, and text on it.
    pub(crate) fn palette(self) -> Result<Palette, Unreadable> {
        if !self.can_be_read() {
            let nearest = self.towards(BLACK, Self::can_be_read);
            return Err(Unreadable {
                color: self,
                contrast: contrast(self, GROUND),
                nearest,
            });
        }
        let tint = self.towards(WHITE, |tint| contrast(tint, DARK_SURFACE) >= ENOUGH);
        let strong = self.mixed(BLACK, 0.25);
        Ok(Palette {
            light: Shades {
                accent: self,
                strong,
                on: self.best_text(),
                wash: SURFACE.mixed(self, 0.08),
            },
            dark: Shades {
                accent: tint,
                strong: tint.mixed(WHITE, 0.3),
                on: DARK_GROUND,
                wash: DARK_SURFACE.mixed(tint, 0.15),
            },
        })
    }

    fn can_be_read(self) -> bool {
        contrast(self, GROUND) >= ENOUGH && contrast(self, self.best_text()) >= ENOUGH
    }

    fn best_text(self) -> Self {
        match contrast(self, WHITE) >= contrast(self, DARK_GROUND) {
            true => WHITE,
            false => DARK_GROUND,
        }
    }

    /// Itself or, step by step towards another one, the first that is good.
    fn towards(self, other: Self, is_good: impl Fn(Self) -> bool) -> Self {
        (0..=100)
            .map(|percent| self.mixed(other, f64::from(percent) / 100.0))
            .find(|color| is_good(*color))
            .unwrap_or(other)
    }

    /// `part` of `other` in it, 0 to 1.
    fn mixed(self, other: Self, part: f64) -> Self {
        let Self([red, green, blue]) = self;
        let Self([other_red, other_green, other_blue]) = other;
        Self([
            mixed(red, other_red, part),
            mixed(green, other_green, part),
            mixed(blue, other_blue, part),
        ])
    }

    fn luminance(self) -> f64 {
        let Self([red, green, blue]) = self;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between two bytes lies a byte"
)]
fn mixed(one: u8, other: u8, part: f64) -> u8 {
    (f64::from(one) * (1.0 - part) + f64::from(other) * part).round() as u8
}

fn linear(channel: u8) -> f64 {
    let share = f64::from(channel) / 255.0;
    match share <= 0.04045 {
        true => share / 12.92,
        false => ((share + 0.055) / 1.055).powf(2.4),
    }
}

/// From 1, the same, to 21, black on white.
fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

impl Palette {
    /// The custom properties of the style sheet.
    pub(crate) fn css(&self) -> String {
        format!(
            ":root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
            self.light, self.dark
        )
    }
}

impl fmt::Display for Shades {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            accent,
            strong,
            on,
            wash,
        } = self;
        write!(
            f,
            "--accent:{accent};--accent-strong:{strong};--on-accent:{on};--accent-wash:{wash}"
        )
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Color {
    type Err = NoColor;

    fn from_str(text: &str) -> Result<Self, NoColor> {
        let digits = text.strip_prefix('#').ok_or(NoColor)?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NoColor);
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| NoColor)?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn color(text: &str) -> Color {
        text.parse().unwrap()
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        for (one, other, expected) in [
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#777777", "#ffffff", 4.48),
            ("#767676", "#ffffff", 4.54),
            ("#ff0000", "#ffffff", 4.0),
            ("#0000ff", "#ffffff", 8.59),
        ] {
            let measured = contrast(color(one), color(other));
            assert!(
                (measured - expected).abs() < 0.005,
                "{one} {other} {measured}"
            );
            assert!((contrast(color(other), color(one)) - measured).abs() < 1e-9);
        }
    }

    #[test]
    fn only_a_colour_of_six_digits_is_one() {
        assert_eq!(color("#A0b1C2").to_string(), "#a0b1c2");
        for text in [
            "", "#", "#fff", "a0b1c2", "#a0b1c2d", "#g0b1c2", "red", "#+0b1c2", "#é0000",
        ] {
            assert_eq!(text.parse::<Color>(), Err(NoColor), "{text}");
        }
    }

    #[test]
    fn the_colours_here_are_those_of_the_style_sheet() {
        let style = include_str!("../../../frontend/style.css");
        let (light, dark) = style
            .split_once("@media (prefers-color-scheme: dark)")
            .unwrap();
        for (part, name, color) in [
            (light, "ground", GROUND),
            (light, "surface", SURFACE),
            (dark, "ground", DARK_GROUND),
            (dark, "surface", DARK_SURFACE),
        ] {
            assert!(part.contains(&format!("--{name}: {color};")), "{name}");
        }
        let own = light
            .split_once("--accent: ")
            .unwrap()
            .1
            .split(';')
            .next()
            .unwrap();
        color(own).palette().unwrap();
    }

    #[test]
    fn what_is_refused_names_a_shade_of_the_same_hue_that_is_taken() {
        let error = color("#ffcc00").palette().unwrap_err();
        let Color([red, green, blue]) = error.nearest;
        assert!(red > green && green > blue, "{error}");
        assert!(
            contrast(error.nearest, GROUND) < 4.7,
            "it is the nearest: {error}"
        );
        for shade in ["#ffffff", "#f5f6f8", "#808080", "#00ff00"] {
            let error = color(shade).palette().unwrap_err();
            assert!(error.nearest.palette().is_ok(), "{error}");
        }
    }

    proptest! {
        #[test]
        fn everything_in_a_palette_can_be_read(red: u8, green: u8, blue: u8) {
            let chosen = Color([red, green, blue]);
            let palette = chosen.palette().or_else(|error| error.nearest.palette()).unwrap();
            let Palette { light, dark } = palette;
            for (one, other) in [
                (light.accent, GROUND),
                (light.accent, SURFACE),
                (light.on, light.accent),
                (light.on, light.strong),
                (dark.accent, DARK_GROUND),
                (dark.accent, DARK_SURFACE),
                (dark.on, dark.accent),
                (dark.on, dark.strong),
                (color("#161a22"), light.wash),
                (color("#eceef2"), dark.wash),
            ] {
                prop_assert!(contrast(one, other) >= ENOUGH, "{} on {}: {:?}", one, other, palette);
            }
        }
    }
}
