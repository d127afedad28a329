//! Which line of a parameter counts, and the configurations that a phone may have where no source states that.

use std::collections::BTreeSet;

use super::given::{Effective, Given};
use super::parameter::Parameter;
use super::phone::{PhoneConfig, gates};
use super::precedence::{Order, Question, SourceRole};

impl PhoneConfig {
    /// Each parameter that a file sets, by name.
    pub fn effective(&self) -> impl Iterator<Item = Effective<'_>> {
        self.settings().values().filter_map(|places| self.effective_of(places))
    }

    /// Which of the lines of one parameter counts.
    pub(super) fn effective_of(&self, places: &[(usize, usize)]) -> Option<Effective<'_>> {
        let first = self.at(*places.first()?);
        let role = |place: &(usize, usize)| self.sources[place.0].role;
        let is_read = |place| self.list_is_sure || role(place) != SourceRole::Listed;
        let is_known = |other: &(usize, usize)| {
            let is_settled = self.question(places[0], *other).is_none();
            let other = self.at(*other);
            is_settled || (other.value, other.text) == (first.value, first.text)
        };
        // Files of phone and web override the others, whichever of the two wins.
        let loses = |index: &usize| {
            let place = places[*index];
            let mut before = places[..*index].iter();
            before.any(|other| is_read(other) && self.question(*other, place).is_none())
        };
        let mut is_sure = is_read(&places[0]) && places[1..].iter().all(is_known);
        let mut rivals =
            if is_sure { 0 } else { (1..places.len()).take_while(|index| !loses(index)).count() };
        let mut counts = 0;
        if let Some(Order(is_later)) = self.order.filter(|_| !is_sure) {
            let wins = |index: usize, before: usize| {
                self.question(places[before], places[index])
                    .is_some_and(|question| is_later[question as usize])
            };
            counts = (1..=rivals).fold(0, |best, index| if wins(index, best) { index } else { best });
            is_sure = is_read(&places[counts]);
            rivals = if is_sure { 0 } else { rivals };
        }
        let mut all: Vec<_> = places.iter().map(|place| self.at(*place)).collect();
        let given = all.remove(counts);
        let overridden = all.split_off(rivals);
        Some(Effective { given, rivals: all, overridden, is_sure })
    }

    /// The question which of two lines counts, the first of which comes first.
    fn question(&self, first: (usize, usize), second: (usize, usize)) -> Option<Question> {
        let [one, other] = [first, second].map(|place| self.sources[place.0].role);
        if first.0 == second.0 { Some(Question::OneFile) } else { Question::of(one, other) }
    }

    /// The line of this parameter that counts; None if that is not certain.
    pub fn get(&self, name: &str) -> Option<Given<'_>> {
        self.effective_of(self.settings().get(name)?).filter(|one| one.is_sure).map(|one| one.given)
    }

    /// The configurations that the phone may have, one for each possible order of precedence; none if it is known which
    /// values count.
    pub fn possible(&self) -> Vec<Self> {
        let open = self.open_questions();
        if open.is_empty() {
            return Vec::new();
        }
        let mut orders = vec![Order::default()];
        for question in open {
            let mut later = orders.clone();
            later.iter_mut().for_each(|order| order.0[question as usize] = true);
            orders.extend(later);
        }
        let with_order = |order| {
            let mut config = self.clone();
            config.order = Some(order);
            config
        };
        orders.into_iter().map(with_order).collect()
    }

    /// The questions that decide which value of a parameter counts.
    fn open_questions(&self) -> BTreeSet<Question> {
        let mut open = BTreeSet::new();
        for places in self.settings().values() {
            let rivals = self.effective_of(places).map_or(0, |one| one.rivals.len());
            for last in 1..=rivals {
                open.extend((0..last).filter_map(|first| self.question(places[first], places[last])));
            }
        }
        open
    }

    /// A parameter of which it is not known which of its values counts: one of these or of their gates, else any.
    pub fn open_parameter<'p>(&self, names: impl Iterator<Item = &'p str>) -> Option<&'static str> {
        let open = || {
            let names = self.settings().iter();
            names.filter(|(_, places)| self.effective_of(places).is_some_and(|one| !one.rivals.is_empty()))
        };
        let mut parameters = names.filter_map(Parameter::find);
        let is_of = |parameter: &Parameter, name: &str| {
            *parameter.name == *name || gates(parameter).any(|gate| gate == name)
        };
        let near = parameters.find_map(|parameter| open().find(|(name, _)| is_of(parameter, name)));
        near.or_else(|| open().next()).map(|(name, _)| *name)
    }
}
