//! The Markdown report, for merge requests and tickets: the decision, its reasons, and what stood out.

mod safe;

use std::fmt::Write as _;

use crate::story::Story;
use crate::story::chain::Chain;
use crate::story::check::{Attempt, Check};
use crate::story::evidence::Seen;
use crate::story::phase::Phase;
use crate::story::rollback::Rollback;
use crate::story::rollout::Rollout;
use crate::story::signal::Signal;
use crate::story::subject::Subject;
use crate::words;

use safe::{cell, code, text};

/// Renders a story as Markdown with tables. Texts from outside are escaped: they show as text and steer nothing.
#[must_use]
pub fn markdown(story: &Story) -> String {
    let mut page = Page::default();
    page.line(&format!("# {} {}", story.headline.tone.sign(), text(&story.headline.sentence)));
    page.line("");
    page.line(&format!("**Decision: {}**", text(&story.headline.word)));
    let hint = story.hint.as_ref().map(|hint| format!("**{}**", text(&words::sentence(&hint.words))));
    let path = story.path.as_ref().map(|path| text(&words::sentence(&path.words())));
    for told in hint.into_iter().chain(path) {
        page.line("");
        page.line(&told);
    }
    if let Some(reasons) = &story.reasons {
        page.section("Why");
        page.chain(reasons, 0);
    }
    page.overview(&story.phases);
    story.phases.iter().for_each(|phase| page.phase(phase));
    if let Some(rollout) = &story.rollout {
        page.rollout(rollout);
    }
    if let Some(rollback) = &story.rollback {
        page.rollback(rollback);
    }
    if let Some(subject) = &story.subject {
        page.subject(subject);
    }
    page.timeline(story);
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn section(&mut self, title: &str) {
        self.line("");
        self.line(&format!("## {title}"));
        self.line("");
    }

    fn bullet(&mut self, depth: usize, told: &str) {
        // Writing to a text can't fail.
        let _ = writeln!(self.0, "{:indent$}- {told}", "", indent = depth * 2);
    }

    fn row(&mut self, cells: &[&str]) {
        self.line(&format!("| {} |", cells.join(" | ")));
    }

    fn table(&mut self, heads: &[&str]) {
        self.row(heads);
        self.row(&vec!["---"; heads.len()]);
    }

    fn chain(&mut self, chain: &Chain, depth: usize) {
        self.bullet(depth, &text(&chain.words));
        chain.because.iter().for_each(|below| self.chain(below, depth + 1));
    }

    fn overview(&mut self, phases: &[Phase]) {
        if phases.is_empty() {
            return;
        }
        self.section("Checks");
        self.table(&["Phase", "Check", "Severity", "Outcome", "Summary", "Attempts"]);
        for phase in phases {
            for check in &phase.checks {
                let outcome = format!("{} {}", check.tone().sign(), check.word);
                let attempts = check.attempts.len().to_string();
                let (phase, name, summary) = (cell(&phase.name), cell(&check.name), cell(&check.summary));
                self.row(&[&phase, &name, &check.kind(), &outcome, &summary, &attempts]);
            }
        }
    }

    fn phase(&mut self, phase: &Phase) {
        self.section(&format!("Phase {}: {}", text(&phase.name), text(&phase.gate_words())));
        for check in &phase.checks {
            self.check(check);
            for signal in phase.signals.iter().filter(|signal| signal.name == check.name) {
                self.signal(signal);
            }
        }
        if let Some(promise) = &phase.false_alarms {
            self.line("");
            self.line(promise);
        }
        if let Some(watched) = &phase.watched_on {
            self.line("");
            self.line(&watched.words());
            self.line("");
            for signal in &watched.signals {
                self.bullet(0, &format!("{} **{}**", signal.tone().sign(), text(&signal.name)));
                self.signal(signal);
            }
        }
    }

    fn signal(&mut self, signal: &Signal) {
        let there = signal.samples.iter().filter(|point| point.number.is_some()).count();
        self.bullet(1, &format!("{} of {} samples, {there} with data", signal.samples.len(), signal.expected));
        for rule in &signal.rules {
            let end = match (&rule.fired, &rule.latest) {
                (Some(fired), _) => format!("**fired** at {}: {}", words::clock(fired.at_ms), text(&fired.found)),
                (None, Some(latest)) => text(latest),
                (None, None) => "nothing to judge by".to_owned(),
            };
            self.bullet(1, &format!("{} ({}): {end}", text(&rule.words), rule.kind()));
        }
    }

    fn check(&mut self, check: &Check) {
        let sign = check.tone().sign();
        self.bullet(0, &format!("{sign} **{}** — {}", text(&check.name), text(&check.words())));
        if let Some(suspected) = check.suspected {
            self.bullet(1, &format!("the plugin suspects: {suspected}"));
        }
        if let Some(before) = &check.before_waiver {
            self.bullet(1, &format!("before the waiver: {}: {}", before.word, text(&before.summary)));
        }
        check.attempts.iter().for_each(|attempt| self.attempt(attempt));
    }

    fn attempt(&mut self, attempt: &Attempt) {
        let late = if attempt.counts { "" } else { " (counts for nothing)" };
        let (number, word) = (attempt.number, attempt.word);
        let call = attempt.call;
        self.bullet(1, &format!("attempt {number}, call \\#{call}{late}: {word}: {}", text(&attempt.summary)));
        for finding in attempt.said.iter().flat_map(|said| &said.findings) {
            self.bullet(2, &format!("{}: {}: {}", finding.level, text(&finding.subject), text(&finding.message)));
            for (name, value) in [("expected", &finding.expected), ("observed", &finding.observed)] {
                if let Some(value) = value {
                    self.bullet(3, &format!("{name}: {}", code(value)));
                }
            }
        }
        for measured in attempt.said.iter().flat_map(|said| &said.measurements) {
            self.bullet(2, &format!("{} = {}", text(&measured.name), text(&measured.words())));
        }
        if let Some(fault) = &attempt.fault {
            self.bullet(2, &format!("fault: {}", fault.kind));
            fault.frames.iter().for_each(|frame| self.bullet(3, &code(frame)));
            fault.last_log.iter().for_each(|line| self.bullet(3, &format!("log: {}", code(line))));
        }
        if let Some(facts) = &attempt.facts {
            self.bullet(2, &facts.words());
        }
        attempt.evidence.iter().for_each(|seen| self.evidence(seen));
    }

    fn evidence(&mut self, seen: &Seen) {
        let missing = if seen.kept { "" } else { ", which is missing here" };
        self.bullet(2, &format!("evidence {}{missing}", code(&seen.digest)));
        for request in &seen.requests {
            let total = request.timings.as_ref().map(|parts| format!(" in {}", words::micros(parts.total)));
            let asked = code(&format!("{} {}", request.method, request.target));
            self.bullet(3, &format!("{asked} → {}{}", text(&request.words()), total.unwrap_or_default()));
            if let Some(cure) = &request.cure {
                self.bullet(4, "these lines of the plan would allow it:");
                cure.lines().for_each(|line| self.bullet(5, &code(line)));
            }
        }
        if seen.requests_left_out > 0 {
            self.bullet(3, &format!("and {} more", words::count(seen.requests_left_out, "request")));
        }
        for line in &seen.log {
            self.bullet(3, &format!("log {}: {}", text(&line.severity), code(&line.message)));
        }
    }

    fn rollout(&mut self, rollout: &Rollout) {
        self.section("Stages");
        self.table(&["Share", "At", "Shift", "Summary", "Judged at it"]);
        for stage in &rollout.stages {
            let share = format!("{} %", stage.percent);
            let phases = cell(&stage.phases.join(", "));
            match &stage.shift {
                Some(shift) => {
                    let word = format!("{} {}", shift.tone().sign(), shift.word);
                    self.row(&[&share, &words::clock(shift.began_ms), &word, &cell(&shift.account), &phases]);
                }
                None => self.row(&[&share, "", "– not reached", "", &phases]),
            }
        }
    }

    fn rollback(&mut self, rollback: &Rollback) {
        self.section("Rollback");
        self.line(&text(&rollback.account));
        self.line("");
        if let Some(plan) = &rollback.plan {
            self.line(&format!("Planned: {}", text(&plan.summary)));
            self.line("");
            for step in &plan.steps {
                self.bullet(0, &format!("{}: {}", code(&step.id), text(&step.summary)));
            }
            self.line("");
        }
        self.table(&["At", "Asked", "Answered", "Summary"]);
        for done in &rollback.deeds {
            let word = format!("{} {}", done.tone().sign(), done.word);
            let asked = cell(&done.asked());
            self.row(&[&words::clock(done.began_ms), &asked, &word, &cell(&done.summary)]);
        }
        if !rollback.recovery.is_empty() {
            self.line("");
            self.line("### Recovery");
            self.line("");
            rollback.recovery.iter().for_each(|check| self.check(check));
        }
    }

    fn subject(&mut self, subject: &Subject) {
        self.section("Release and run");
        self.table(&["Fact", "Value"]);
        for (name, value) in subject.facts().into_iter().chain(subject.run_facts()) {
            self.row(&[&cell(name), &cell(value)]);
        }
        for plugin in &subject.plugins {
            let told = format!("{} ({}), {}", cell(&plugin.title), plugin.kind, code(&plugin.digest));
            self.row(&[&format!("Plugin {}", cell(&plugin.name)), &told]);
        }
    }

    fn timeline(&mut self, story: &Story) {
        if !story.timeline.is_empty() {
            self.section("Timeline");
            self.table(&["At", "What"]);
            for it in &story.timeline {
                self.row(&[&it.clock, &cell(&it.what)]);
            }
        }
        if !story.complaints.is_empty() {
            self.section("Entries that made no sense");
            story.complaints.iter().for_each(|it| self.bullet(0, &text(it)));
        }
    }
}
