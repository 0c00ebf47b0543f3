//! Holds our opening hours against OpenStreetMap's reference, the npm package `opening_hours`.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use serde_json::{Value, json};
use servery_domain::{
    hours::{OUTLOOK, OpeningHours},
    time::{DAY, Day, LocalMinute},
};

const STRINGS: usize = 2500;
const MOMENTS: usize = 6;
const FIRST_DAY: Day = Day::new(2026, 7, 1);
const LAST_DAY: Day = Day::new(2028, 6, 30);

const WEEKDAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Where the reference is wrong by what it says itself about the syntax.
const ITS_BUGS: [(&str, &str); 8] = [
    (
        "Feb 20-28 10:00-18:00",
        "never holds in a common year: its end, 29 February, is looked for and not found",
    ),
    ("Feb 20-29 10:00-18:00", "never holds at all, for the same reason"),
    (
        "Jan 10-Feb 29 10:00-18:00",
        "goes on until 1 March in a common year",
    ),
    ("Feb 29 10:00-18:00", "knows no next change in a common year"),
    (
        "Jan 05-Jan 04 10:00-18:00",
        "never holds, though Jan 06-Jan 04 and Tu-Mo reach round the year and the week",
    ),
    (
        "Dec 24,Jun-Aug,Dec 31 10:00-18:00",
        "wants a day to be in two parts of one list at once when the list goes back and forth",
    ),
    (
        "2026 Dec 10:00-18:00",
        "takes the hour for a day of the month, and stumbles; with a day of the week between them it does not",
    ),
    (
        "Mo-Su 18:00-02:00; We off",
        "opens on Thursday at midnight, for the night of an evening that is off",
    ),
];

/// Whether a rule may replace an evening whose night another rule has: there we differ, as `ITS_BUGS` says.
fn may_replace_an_evening(hours: &str) -> bool {
    let Some(night) = nights(hours).next() else {
        return false;
    };
    let rest = &hours[night..];
    [";", "off", "closed"].iter().any(|end| rest.contains(end))
}

/// Where a time begins that ends on the next day.
fn nights(hours: &str) -> impl Iterator<Item = usize> + '_ {
    let starts = hours.match_indices('-').map(|(dash, _)| dash);
    starts.filter_map(|dash| {
        let clock = |text: Option<&str>| {
            let (hour, minute) = text?.split_once(':')?;
            Some(hour.parse::<u32>().ok()? * 60 + minute.parse::<u32>().ok()?)
        };
        let begin = dash.checked_sub(5)?;
        let (from, to) = (
            clock(hours.get(begin..dash))?,
            clock(hours.get(dash + 1..dash + 6))?,
        );
        (to <= from || to > 24 * 60).then_some(begin)
    })
}

const PICKED: &str = include_str!("oracle/hours.txt");

fn ask(questions: &[Value]) -> Vec<Value> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let parts: Vec<_> = questions
            .chunks(questions.len().div_ceil(cores))
            .map(|part| scope.spawn(|| ask_one(part)))
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

/// One process of the reference answers many questions.
fn ask_one(questions: &[Value]) -> Vec<Value> {
    let folder = Path::new("tests/oracle");
    assert!(
        folder.join("node_modules/opening_hours").exists(),
        "the reference is missing: run 'npm ci' in app/domain/tests/oracle"
    );
    let mut node = Command::new("node");
    node.arg("hours.mjs")
        .current_dir(folder)
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut node = node
        .spawn()
        .expect("Node.js runs the reference; it must be installed as 'node'");
    let (mut input, output) = (
        node.stdin.take().unwrap(),
        BufReader::new(node.stdout.take().unwrap()),
    );
    let lines = questions.iter().fold(String::new(), |mut lines, question| {
        writeln!(lines, "{question}").unwrap();
        lines
    });
    // It answers while it is asked, so somebody else has to listen.
    let asking = thread::spawn(move || input.write_all(lines.as_bytes()));
    let answers: Vec<Value> = output
        .lines()
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect();
    asking.join().unwrap().unwrap();
    assert!(node.wait().unwrap().success());
    assert_eq!(answers.len(), questions.len());
    answers
}

/// As far as a change may be found from the last day.
fn holidays() -> Vec<Day> {
    let (first, last) = (FIRST_DAY.plus(-7), LAST_DAY.plus(OUTLOOK + 7));
    serde_json::from_value(ask(&[json!({ "holidays": [first, last] })]).remove(0)).unwrap()
}

fn question(hours: &str, moments: &[LocalMinute]) -> Value {
    let at: Vec<_> = moments
        .iter()
        .map(|at| (at, at.day().plus(OUTLOOK).midnight()))
        .collect();
    json!({ "hours": hours, "at": at })
}

fn our_answer(hours: &str, moments: &[LocalMinute], holidays: &[Day]) -> Value {
    let hours: OpeningHours = hours.parse().unwrap();
    let at = |at: &LocalMinute| {
        let opening = hours.at(*at, holidays);
        (opening.open, opening.change.map(|change| change.at))
    };
    json!(moments.iter().map(at).collect::<Vec<_>>())
}

/// The same throws in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn in_hundred(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    fn one_of<'a>(&mut self, names: &[&'a str]) -> &'a str {
        names[self.below(names.len())]
    }

    fn list(&mut self, item: fn(&mut Self) -> String) -> String {
        let length = 1 + self.below(3) * self.below(2);
        (0..length).map(|_| item(self)).collect::<Vec<_>>().join(",")
    }

    /// Any of what we understand, but for what the reference is known to get wrong.
    fn hours(&mut self) -> String {
        let mut hours = self.rule();
        for _ in 0..self.below(4) {
            let separator = if hours.ends_with("24/7") {
                "; "
            } else {
                self.one_of(&["; ", "; ", ";", ", ", ","])
            };
            hours = hours + separator + &self.rule();
        }
        hours
    }

    fn rule(&mut self) -> String {
        if self.in_hundred(5) {
            return "24/7".to_owned();
        }
        let mut parts = Vec::new();
        let of_a_year = self.in_hundred(5);
        if of_a_year {
            parts.push(self.months_of_a_year());
        } else if self.in_hundred(40) {
            parts.push(self.dates());
        }
        if of_a_year || self.in_hundred(60) {
            parts.push(self.list(Self::days));
        }
        if self.in_hundred(70) {
            parts.push(self.list(Self::span));
            parts.extend(self.in_hundred(10).then(|| "open".to_owned()));
        } else {
            parts.push(self.one_of(&["open", "off", "off", "closed"]).to_owned());
        }
        parts.join(" ")
    }

    fn days(&mut self) -> String {
        let (first, last) = (self.one_of(&WEEKDAYS), self.one_of(&WEEKDAYS));
        [first.to_owned(), format!("{first}-{last}"), "PH".to_owned()][self.below(3)].clone()
    }

    fn span(&mut self) -> String {
        let (from, to) = (self.below(24 * 4) * 15, self.below(30 * 4) * 15);
        format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }

    fn dates(&mut self) -> String {
        match self.below(5) {
            0 => self.list(Self::months),
            1 => self.list(Self::month_days),
            2 => format!("{},{}", self.list(Self::months), self.list(Self::month_days)),
            3 => format!("{},{}", self.list(Self::month_days), self.list(Self::months)),
            _ => self.list(Self::once),
        }
    }

    fn months(&mut self) -> String {
        let (first, last) = (self.one_of(&MONTHS), self.one_of(&MONTHS));
        if self.in_hundred(50) {
            first.to_owned()
        } else {
            format!("{first}-{last}")
        }
    }

    fn months_of_a_year(&mut self) -> String {
        let (a, b) = (self.below(12), self.below(12));
        let months = if a < b {
            format!("{}-{}", MONTHS[a], MONTHS[b])
        } else {
            MONTHS[a].to_owned()
        };
        format!("{} {months}", 2026 + self.below(3))
    }

    /// From the 1st to the 13th, or from the 14th to the 27th.
    fn day(&mut self, half: usize) -> String {
        let day = 1 + self.below(13) + 14 * half;
        if self.in_hundred(80) {
            format!("{day:02}")
        } else {
            day.to_string()
        }
    }

    fn month_days(&mut self) -> String {
        let month = self.below(12);
        let later = MONTHS[(month + 1 + self.below(10)) % 12];
        let (month, first, last) = (MONTHS[month], self.day(0), self.day(1));
        [
            format!("{month} {last}"),
            format!("{month} {first}-{last}"),
            format!("{month} {first},{last}"),
            format!("{month} {last}-{later} {first}"),
        ][self.below(4)]
        .clone()
    }

    fn once(&mut self) -> String {
        let (year, month, first, last) = (
            2026 + self.below(3),
            self.one_of(&MONTHS),
            self.day(0),
            self.day(1),
        );
        let later = self.one_of(&MONTHS);
        [
            format!("{year} {month} {last}"),
            format!("{year} {month} {first}-{last}"),
            format!("{year} {month} {last}-{} {later} {first}", year + 1),
        ][self.below(3)]
        .clone()
    }

    /// Any minute, a minute near a midnight, or one near the midnight that a holiday or a year begins or ends with.
    fn moment(&mut self, holidays: &[Day]) -> LocalMinute {
        let any = FIRST_DAY.plus(self.below((LAST_DAY.0 - FIRST_DAY.0) as usize) as i64);
        let remarkable = [
            Day::new(2027, 1, 1),
            Day::new(2028, 1, 1),
            Day::new(2028, 3, 1),
            holidays[self.below(holidays.len() / 2)],
        ];
        let day = if self.in_hundred(60) {
            any
        } else {
            remarkable[self.below(4)].plus(self.below(2) as i64)
        };
        let minute = if self.in_hundred(50) {
            self.below(DAY as usize) as i64
        } else {
            self.below(5) as i64 - 2
        };
        LocalMinute(day.midnight().0 + minute)
    }
}

#[test]
fn opens_and_closes_when_the_reference_does() {
    let (mut dice, holidays) = (Dice(2026), holidays());
    let mut strings: Vec<String> = PICKED.lines().map(str::to_owned).collect();
    strings.extend((0..STRINGS).map(|_| dice.hours()));
    strings.retain(|hours| !may_replace_an_evening(hours));
    assert!(strings.len() > STRINGS / 2, "{}", strings.len());
    let moments: Vec<Vec<_>> = strings
        .iter()
        .map(|_| (0..MOMENTS).map(|_| dice.moment(&holidays)).collect())
        .collect();
    let questions: Vec<_> = strings
        .iter()
        .zip(&moments)
        .map(|(hours, moments)| question(hours, moments))
        .collect();
    let mut differences = Vec::new();
    for ((hours, moments), theirs) in strings.iter().zip(&moments).zip(ask(&questions)) {
        let ours = our_answer(hours, moments, &holidays);
        if ours != theirs {
            let moment = (0..MOMENTS).find(|moment| ours[moment] != theirs[moment]);
            let shown = moment.map_or(format!("{theirs}"), |moment| {
                format!(
                    "{}: we say {}, it says {}",
                    moments[moment], ours[moment], theirs[moment]
                )
            });
            differences.push(format!("{hours}\n    {shown}"));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {} differ:\n{}",
        differences.len(),
        strings.len(),
        differences[..differences.len().min(20)].join("\n")
    );
}

#[test]
fn the_listed_bugs_are_still_there() {
    let holidays = holidays();
    let noons: Vec<_> = (0..LAST_DAY.0 - FIRST_DAY.0)
        .map(|day| LocalMinute(FIRST_DAY.plus(day).midnight().0 + 12 * 60))
        .collect();
    let questions: Vec<_> = ITS_BUGS
        .iter()
        .map(|(hours, _)| question(hours, &noons))
        .collect();
    for ((hours, why), theirs) in ITS_BUGS.iter().zip(ask(&questions)) {
        assert_ne!(
            our_answer(hours, &noons, &holidays),
            theirs,
            "the reference no longer {why}: take '{hours}' off the list"
        );
    }
}
