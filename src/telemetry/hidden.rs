//! [`is_hidden`]: characters that a reader does not see, or that deceive one.

/// Whether a character commands a terminal or deceives a reader. A terminal obeys C0 and C1 controls, and the rest
/// turns, splits or hides text. Text is hidden by characters with Unicode's property `Default_Ignorable_Code_Point`,
/// and by U+2800, a blank that is no white space. Four of that property are not among these. Languages and emoji need
/// the joiners U+200C and U+200D. The selectors U+FE0E and U+FE0F say whether a sign is text or an emoji.
pub const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            // Letters without a shape: fillers of Hangul, vowels of Khmer, selectors of Mongolian.
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0d}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            // Shorthand and music.
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            // Tags and selectors: a whole text that nobody sees.
            | '\u{e0000}'..='\u{e0fff}'
    )
}
