//! The dates of cookies, in the many ways in which they are written (RFC 6265, 5.1.1).

/// Returns a cookie's date in seconds since the Unix epoch. `None` for what is not one.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let mut time = None;
    let mut day = None;
    let mut month = None;
    let mut year = None;
    for token in text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == ':')) {
        if time.is_none() && token.contains(':') {
            time = Some(seconds_of_day(token)?);
        } else if day.is_none() && (1..=2).contains(&token.len()) && token.parse::<i64>().is_ok() {
            day = token.parse().ok();
        } else if month.is_none() && month_of(token).is_some() {
            month = month_of(token);
        } else if year.is_none() && token.parse::<i64>().is_ok() {
            year = token.parse().ok().map(full_year);
        }
    }
    let (day, month, year) = (day?, month?, year?);
    if !(1..=31).contains(&day) || !(1601..=9999).contains(&year) {
        return None;
    }
    Some(days_since_epoch(year, month, day) * 86_400 + time?)
}

fn seconds_of_day(token: &str) -> Option<i64> {
    let mut parts = token.split(':').map(str::parse::<i64>);
    let (hour, minute, second) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let real = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    real.then_some(hour * 3600 + minute * 60 + second)
}

fn month_of(token: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let token = token.to_ascii_lowercase();
    let position = MONTHS.iter().position(|month| token.starts_with(month))?;
    i64::try_from(position).ok().map(|position| position + 1)
}

/// Two digits mean 1970 to 2069.
fn full_year(year: i64) -> i64 {
    match year {
        0..=69 => year + 2000,
        70..=99 => year + 1900,
        full => full,
    }
}

/// Counts days in the Gregorian calendar, in eras of 400 years that begin with March, so that a leap day is the last
/// of its year.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_usual_ways_to_write_a_date_are_the_same_moment() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(seconds(text), Some(784_111_777), "{text}");
        }
    }

    #[test]
    fn a_leap_day_counts() {
        assert_eq!(seconds("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        assert_eq!(seconds("Fri, 01 Mar 2024 00:00:00 GMT"), Some(1_709_251_200));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "tomorrow", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 25:00:00 GMT", "0 Jan 1970 00:00:00"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
