//! Models of phones, and the names that people, labels and logs use for them.

use std::fmt;
use std::str::FromStr;

/// A product line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum ModelFamily {
    /// `SoundPoint IP 335` and the like: desk phones with a number of three digits.
    SoundPointIp,
    /// `SoundStation IP 7000` and the like: conference phones with a number of four digits.
    SoundStationIp,
    /// `SoundStation Duo`, which has no number.
    SoundStationDuo,
    /// `SoundStructure VoIP Interface Card`, which has no number.
    SoundStructure,
    /// `SpectraLink 8440` and the like: cordless phones.
    SpectraLink,
    /// `VVX 500` and the like.
    Vvx,
}

impl ModelFamily {
    const fn name(self) -> &'static str {
        match self {
            Self::SoundPointIp => "SoundPoint IP",
            Self::SoundStationIp => "SoundStation IP",
            Self::SoundStationDuo => "SoundStation Duo",
            Self::SoundStructure => "SoundStructure VoIP Interface Card",
            Self::SpectraLink => "SpectraLink",
            Self::Vvx => "VVX",
        }
    }
}

/// One model, with its family: shown as `SoundPoint IP 335`, `VVX 1500 D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Model {
    family: ModelFamily,
    number: Option<Number>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Number {
    digits: u16,
    variant: Option<char>,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.digits)?;
        self.variant.map_or(Ok(()), |variant| write!(f, " {variant}"))
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.family.name())?;
        self.number.map_or(Ok(()), |number| write!(f, " {number}"))
    }
}

/// A name of one or more models, in any usual spelling: `vvx500`, `Polycom VVX 500`, `IP 335`, `SPIP 335`,
/// `SSIP7000`, `Duo`, `VVX 1500/1500D/1500G`, `IP 321/331`, `PolycomVVX-VVX_500`, or a bare `335`.
///
/// The words may vary, but the number must be exact: `VVX 50` and `VVX 501` are not `VVX 500`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelName {
    family: Option<ModelFamily>,
    numbers: Vec<Number>,
}

impl ModelName {
    /// Whether this is a name of `model`. A bare number is a name of every model with that number.
    pub fn names(&self, model: Model) -> bool {
        self.family.is_none_or(|family| family == model.family)
            && match model.number {
                None => self.numbers.is_empty(),
                Some(number) => self.numbers.contains(&number),
            }
    }

    /// The models that this name stands for; empty for a bare number.
    pub fn models(&self) -> impl Iterator<Item = Model> + '_ {
        let alone = self.numbers.is_empty().then_some(None);
        let numbers = self.numbers.iter().copied().map(Some).chain(alone);
        self.family
            .into_iter()
            .flat_map(move |family| numbers.clone().map(move |number| Model { family, number }))
    }
}

/// The error for a text that is not a name of a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a model: a name such as VVX 500 or SoundPoint IP 335 is expected")]
pub struct NotAModel;

impl FromStr for Model {
    type Err = NotAModel;

    /// Accepts a name of one model only.
    fn from_str(text: &str) -> Result<Self, NotAModel> {
        let name: ModelName = text.parse()?;
        let mut models = name.models();
        match (models.next(), models.next()) {
            (Some(model), None) => Ok(model),
            _ => Err(NotAModel),
        }
    }
}

impl FromStr for ModelName {
    type Err = NotAModel;

    fn from_str(text: &str) -> Result<Self, NotAModel> {
        let mut reading = NameParser::default();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            rest = match first {
                '0'..='9' => reading.number(rest)?,
                'a'..='z' | 'A'..='Z' => reading.word(rest)?,
                _ if first.is_alphabetic() => return Err(NotAModel),
                _ => {
                    reading.slash_needed &= first != '/';
                    &rest[first.len_utf8()..]
                }
            };
        }
        reading.name()
    }
}

/// The meaning of a word in a name.
#[derive(Clone, Copy, PartialEq)]
enum Word {
    Family(ModelFamily),
    Ip,
    Hdx,
    Filler,
}

/// The words in names. Of two with the same beginning, the longer comes first.
const WORDS: [(&str, Word); 23] = [
    ("SOUNDSTRUCTURE", Word::Family(ModelFamily::SoundStructure)),
    ("SOUNDSTATION", Word::Family(ModelFamily::SoundStationIp)),
    ("SOUNDPOINT", Word::Family(ModelFamily::SoundPointIp)),
    ("SPECTRALINK", Word::Family(ModelFamily::SpectraLink)),
    ("INTERFACE", Word::Filler),
    ("POLYCOM", Word::Filler),
    ("MODELS", Word::Filler),
    ("MODEL", Word::Filler),
    ("PHONE", Word::Filler),
    ("SOUND", Word::Filler),
    ("STATION", Word::Family(ModelFamily::SoundStationIp)),
    ("POINT", Word::Family(ModelFamily::SoundPointIp)),
    ("POLY", Word::Filler),
    ("VOIP", Word::Filler),
    ("CARD", Word::Filler),
    ("ONLY", Word::Filler),
    ("VVX", Word::Family(ModelFamily::Vvx)),
    ("HDX", Word::Hdx),
    ("DUO", Word::Family(ModelFamily::SoundStationDuo)),
    ("SP", Word::Family(ModelFamily::SoundPointIp)),
    ("SS", Word::Family(ModelFamily::SoundStationIp)),
    ("SL", Word::Family(ModelFamily::SpectraLink)),
    ("IP", Word::Ip),
];

/// The most numbers in a name; no name in the tables has more.
const MAX_NUMBERS: usize = 8;

#[derive(Default)]
struct NameParser {
    words: Vec<Word>,
    numbers: Vec<Number>,
    /// Before another number, a slash is needed.
    slash_needed: bool,
    number_just_read: bool,
}

impl NameParser {
    /// Parses a number of up to four digits and the variant letter after it.
    fn number<'a>(&mut self, text: &'a str) -> Result<&'a str, NotAModel> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, rest) = text.split_at(end);
        if self.slash_needed || digits.len() > 4 || digits.starts_with('0') {
            return Err(NotAModel);
        }
        let digits = digits.parse().map_err(|_| NotAModel)?;
        self.numbers.push(Number { digits, variant: None });
        if self.numbers.len() > MAX_NUMBERS {
            return Err(NotAModel);
        }
        (self.slash_needed, self.number_just_read) = (true, true);
        Ok(rest)
    }

    /// Parses one known word, or the letter that may follow a number.
    fn word<'a>(&mut self, text: &'a str) -> Result<&'a str, NotAModel> {
        let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        let just_read = std::mem::take(&mut self.number_just_read);
        if let (true, 1, Some(number)) = (just_read, end, self.numbers.last_mut()) {
            number.variant = text.chars().next().map(|letter| letter.to_ascii_uppercase());
            return Ok(&text[end..]);
        }
        let (word, meaning) = WORDS
            .iter()
            .find(|(word, _)| text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)))
            .ok_or(NotAModel)?;
        if !self.words.contains(meaning) {
            self.words.push(*meaning);
        }
        Ok(&text[word.len()..])
    }

    fn name(self) -> Result<ModelName, NotAModel> {
        let family_of = |word: &Word| if let Word::Family(family) = word { Some(*family) } else { None };
        let mut families: Vec<ModelFamily> = self.words.iter().filter_map(family_of).collect();
        if families.contains(&ModelFamily::SoundStationDuo) {
            families.retain(|family| *family != ModelFamily::SoundStationIp);
        }
        let family = match families[..] {
            [] if self.words.contains(&Word::Ip) => Some(self.ip_family()?),
            [] => None,
            [family] => Some(family),
            _ => return Err(NotAModel),
        };
        // Only conference phones have a version for HDX systems.
        let is_wrong = self.words.contains(&Word::Hdx) && family != Some(ModelFamily::SoundStationIp);
        let without_number =
            matches!(family, Some(ModelFamily::SoundStationDuo | ModelFamily::SoundStructure));
        if is_wrong || without_number != self.numbers.is_empty() {
            return Err(NotAModel);
        }
        Ok(ModelName { family, numbers: self.numbers })
    }

    /// The family of `IP 335` (SoundPoint) or `IP 7000` (SoundStation), by the length of the number.
    fn ip_family(&self) -> Result<ModelFamily, NotAModel> {
        let long = self.numbers.iter().filter(|number| number.digits >= 1000).count();
        match long {
            0 => Ok(ModelFamily::SoundPointIp),
            _ if long == self.numbers.len() => Ok(ModelFamily::SoundStationIp),
            _ => Err(NotAModel),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn models(text: &str) -> Vec<String> {
        let name: ModelName = text.parse().unwrap_or_else(|_| panic!("{text}"));
        name.models().map(|model| model.to_string()).collect()
    }

    #[test]
    fn usual_spellings() {
        for (model, spellings) in [
            (
                "VVX 500",
                &["VVX 500", "vvx500", "VVX_500", "Polycom VVX 500", "PolycomVVX-VVX_500", "Poly vvx-500"][..],
            ),
            (
                "SoundPoint IP 335",
                &[
                    "IP 335",
                    "ip335",
                    "SoundPoint IP 335",
                    "SPIP 335",
                    "soundpointip335",
                    "Sound Point IP-335",
                ],
            ),
            (
                "SoundStation IP 7000",
                &["SSIP 7000", "SSIP7000", "SoundStation IP 7000", "IP 7000", "IP 7000 (HDX Models Only ¹)"],
            ),
            ("SoundStation Duo", &["Duo", "SoundStation Duo", "SSDuo", "SOUNDSTATION DUO"]),
            ("VVX 1500 D", &["VVX 1500 D", "VVX1500D", "vvx 1500d"]),
            ("SpectraLink 8440", &["SpectraLink 8440", "Spectralink8440", "SL8440"]),
            ("SoundStructure VoIP Interface Card", &["SoundStructure VoIP Interface", "soundstructure"]),
        ] {
            for spelling in spellings {
                assert_eq!(models(spelling), [model], "{spelling}");
            }
        }
        assert_eq!(models("VVX 1500/1500D/1500G"), ["VVX 1500", "VVX 1500 D", "VVX 1500 G"]);
        assert_eq!(models("IP 321/331"), ["SoundPoint IP 321", "SoundPoint IP 331"]);
    }

    #[test]
    fn no_models() {
        for text in [
            "",
            "VVX",
            "IP",
            "VVX D60",
            "VVX 0500",
            "VVX 50000",
            "VVX 500 501",
            "VVX 500 HD",
            "VVX SoundPoint 335",
            "VVX 500 HDX",
            "Duo 500",
            "VVX é500",
            "Trio 8800",
            "IP 335/7000",
            "1/2/3/4/5/6/7/8/9",
        ] {
            assert_eq!(text.parse::<ModelName>(), Err(NotAModel), "{text}");
        }
    }

    #[test]
    fn a_bare_number_names_a_model_without_telling_its_family() {
        let name: ModelName = "1500 d".parse().unwrap();
        let table: ModelName = "VVX 1500/1500D".parse().unwrap();
        assert_eq!(name.family, None);
        assert_eq!(table.models().map(|model| name.names(model)).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn longer_words_stand_first() {
        for (index, (word, _)) in WORDS.iter().enumerate() {
            assert!(WORDS[..index].iter().all(|(earlier, _)| !word.starts_with(earlier)), "{word}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = text.parse::<ModelName>();
        }

        #[test]
        fn a_model_reads_back(text in "(VVX|SPIP|SSIP|SL) ?[1-9][0-9]{0,3} ?[A-Z]?") {
            let name: ModelName = text.parse().unwrap();
            for model in name.models() {
                prop_assert_eq!(model.to_string().parse::<ModelName>().unwrap(), name.clone());
            }
        }
    }
}
