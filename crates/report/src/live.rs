//! Live progress on a terminal: a bar per running step, a line of totals, and lines for what ended.
//!
//! [`LiveProgress`] follows the time of the events, so what it draws depends on nothing else. It takes its
//! bars away at the end; the summary is written by somebody else.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use orchestrator::{Event, EventKind, Place};

use crate::consumer::Consumer;
use crate::plain::text_of;
use crate::running::{Progress, Running, RunningStep};
use crate::style::{Style, Tone};
use crate::summary_text::tone;
use crate::terminal::{ScreenSize, SizeOf, Terminal};
use crate::text::{clean, columns, count, duration, pad, shorten, wrap};

/// The shortest time between two drawings of mere progress.
const FRAME: Duration = Duration::from_millis(100);
/// The most bars, however high the terminal is.
const MOST_BARS: usize = 20;

/// Draws bars.
pub struct LiveProgress {
    style: Style,
    size: Arc<dyn Fn() -> ScreenSize + Send + Sync>,
    screen: MultiProgress,
    totals: ProgressBar,
    bars: Vec<StepBar>,
    running: Running,
    drawn: Duration,
}

/// The bar of one step, with what it shows: every change of a bar draws the whole screen again.
struct StepBar {
    at: Place,
    bar: ProgressBar,
    shown: Option<Shown>,
}

#[derive(PartialEq)]
struct Shown {
    subject: String,
    percent: u64,
    text: String,
}

impl StepBar {
    fn show(&mut self, now: Shown) {
        if self.shown.as_ref() == Some(&now) {
            return;
        }
        self.bar.set_prefix(now.subject.clone());
        self.bar.set_position(now.percent);
        self.bar.set_message(now.text.clone());
        self.shown = Some(now);
    }
}

impl fmt::Debug for LiveProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveProgress").field("running", &self.running).finish_non_exhaustive()
    }
}

impl LiveProgress {
    /// Draws on `out`, a terminal of which `size` tells the size. The width in `style` is not used.
    pub fn new(
        out: impl Write + Send + 'static,
        size: impl Fn() -> ScreenSize + Send + Sync + 'static,
        style: &Style,
    ) -> Self {
        let size: Arc<dyn Fn() -> ScreenSize + Send + Sync> = Arc::new(size);
        let asked = Arc::clone(&size);
        let size_of: SizeOf = Box::new(move || asked());
        let terminal = Terminal::new(Box::new(out), size_of);
        let target = ProgressDrawTarget::term_like(Box::new(terminal));
        let screen = MultiProgress::with_draw_target(target);
        let totals = screen.add(ProgressBar::new_spinner().with_style(template("{wide_msg}")));
        Self {
            style: *style,
            size,
            screen,
            totals,
            bars: Vec::new(),
            running: Running::default(),
            drawn: Duration::ZERO,
        }
    }

    fn width(&self) -> usize {
        usize::from((self.size)().columns).max(20)
    }

    fn print(&self, tone: Tone, text: &str) -> io::Result<()> {
        let mark = match tone {
            Tone::Good | Tone::New | Tone::Changed => self.style.pick("✔", "+"),
            Tone::Bad => self.style.pick("✖", "x"),
            Tone::Waits => self.style.pick("↻", "~"),
            Tone::Quiet | Tone::Strong => "=",
        };
        for (number, line) in wrap(&clean(text), self.width() - 3).iter().enumerate() {
            let mark = if number == 0 { self.style.paint(tone, mark) } else { " ".to_owned() };
            self.screen.println(format!("{mark} {line}"))?;
        }
        Ok(())
    }

    /// Brings bars and totals up to date.
    fn draw(&mut self, elapsed: Duration) {
        self.drawn = elapsed;
        let rows = usize::from((self.size)().rows).saturating_sub(3).clamp(1, MOST_BARS);
        let shown: Vec<RunningStep> = self.running.steps().iter().take(rows).cloned().collect();
        self.drop_bars_except(&shown);
        let width = self.width();
        let name = shown.iter().map(|step| columns(&clean(&step.at.subject))).max().unwrap_or(0);
        let name = name.min(width / 4);
        for step in &shown {
            let subject = shorten(&clean(&step.at.subject), name, self.style.more());
            let subject = pad(&subject, name);
            let percent = u64::from(step.percent.unwrap_or(0));
            let text = step_text(step, elapsed);
            self.bar_of(&step.at).show(Shown { subject, percent, text });
        }
        let totals = self.totals_text(shown.len(), elapsed);
        if totals != self.totals.message() {
            self.totals.set_message(totals);
        }
    }

    fn drop_bars_except(&mut self, shown: &[RunningStep]) {
        let screen = &self.screen;
        self.bars.retain(|bar| {
            let keep = shown.iter().any(|step| step.at == bar.at);
            if !keep {
                screen.remove(&bar.bar);
            }
            keep
        });
    }

    fn bar_of(&mut self, at: &Place) -> &mut StepBar {
        let place = self.bars.iter().position(|bar| bar.at == *at);
        let place = place.unwrap_or_else(|| {
            self.bars.push(StepBar { at: at.clone(), bar: self.new_bar(), shown: None });
            self.bars.len() - 1
        });
        &mut self.bars[place]
    }

    fn new_bar(&self) -> ProgressBar {
        let room = (self.width() / 4).min(24);
        let look = format!("  {{prefix}} {{bar:{room}}} {{wide_msg}}");
        let chars = self.style.pick("█▌░", "#>.");
        let bar = ProgressBar::new(100).with_style(template(&look).progress_chars(chars));
        self.screen.insert_before(&self.totals, bar)
    }

    fn totals_text(&self, shown: usize, elapsed: Duration) -> String {
        let (done, all) = self.running.tasks();
        let at_work = self.running.steps().len();
        let mut parts = vec![format!("{done} of {} done", count(all, "task"))];
        parts.extend(self.running.progress().into_iter().flat_map(Progress::parts));
        parts.push(format!("{} at work", count(at_work, "step")));
        if at_work > shown {
            parts.push(format!("{} not shown", at_work - shown));
        }
        if self.running.failed() > 0 {
            parts.push(format!("{} failed", self.running.failed()));
        }
        parts.push(duration(elapsed));
        parts.join(self.style.pick(" · ", " | "))
    }
}

impl Consumer for LiveProgress {
    fn take(&mut self, event: &Event) -> io::Result<()> {
        if let Some((tone, text)) = self.running.tone_of(event).zip(text_of(event, &self.running)) {
            self.print(tone, &text)?;
        }
        self.running.take(event);
        match event.kind {
            EventKind::RunFinished { .. } | EventKind::PlanFinished { .. } => {
                self.drop_bars_except(&[]);
                self.screen.remove(&self.totals);
                self.screen.clear()?;
            }
            EventKind::StepProgress { .. } if event.elapsed < self.drawn + FRAME => {}
            _ => self.draw(event.elapsed),
        }
        Ok(())
    }

    fn tick(&mut self, elapsed: Duration) -> io::Result<()> {
        self.draw(elapsed);
        Ok(())
    }
}

impl Running {
    /// How the line of an event is painted; `None` for what only moves a bar.
    fn tone_of(&self, event: &Event) -> Option<Tone> {
        match &event.kind {
            EventKind::StepFinished { .. } | EventKind::ServerAnswers { .. } => Some(Tone::Good),
            EventKind::StepFailed { .. } | EventKind::ServerSilent { .. } => Some(Tone::Bad),
            EventKind::StepRetried { .. }
            | EventKind::ObserveRetried { .. }
            | EventKind::Notice { .. }
            | EventKind::Stopping { .. } => Some(Tone::Waits),
            EventKind::SubjectFinished { result, .. } => Some(tone(result.status)),
            EventKind::TaskFinished { status, .. } => Some(tone(*status)),
            _ => None,
        }
    }
}

fn step_text(step: &RunningStep, elapsed: Duration) -> String {
    let percent = match step.percent {
        Some(percent) => format!("{percent:>3} %"),
        None => "     ".to_owned(),
    };
    let text = if step.text.is_empty() { &step.at.step } else { &step.text };
    let since = duration(elapsed.saturating_sub(step.since));
    format!("{percent} {since}  {}", clean(text))
}

/// The templates are ours and valid; should one not be, the bar falls back to its default look.
fn template(look: &str) -> ProgressStyle {
    ProgressStyle::with_template(look).unwrap_or_else(|_| ProgressStyle::default_bar())
}
