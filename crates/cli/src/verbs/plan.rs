//! `weir plan`: what a run would do, and what is expected of the hours ahead.

mod tonight;

use super::report;
use super::selection::Selected;
use crate::output::Output;
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use weir_model::error::Result;
use weir_pipeline::plan::{self, JobPlan, Plan, PlannedStep};
use weir_pipeline::{RunOptions, Selection};

/// Print what `weir run` would do, step by step and why; or the night ahead. Changes nothing.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selected: Selected,

    /// Plan for `weir run --from-start`
    #[arg(long)]
    from_start: bool,

    /// The next 24 hours of `weir serve` as a timeline, with what is wrong with the schedules
    #[arg(long, conflicts_with = "from_start")]
    tonight: bool,
}

/// Plans, and prints the plan. What would fail decides the exit code.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let options = RunOptions {
        from_start: arguments.from_start,
        ..RunOptions::default()
    };
    let selection = arguments.selected.or_all();
    if arguments.tonight {
        return tonight::run(session, &selection).await;
    }
    run_for(session, "weir run", &selection, &options).await
}

/// Plans what `verb` would do.
pub(super) async fn run_for(
    session: &Session,
    verb: &str,
    selection: &Selection,
    options: &RunOptions,
) -> Result<u8> {
    let (weir, context) = (session.weir()?, session.context());
    let plan = plan::plan(&weir, selection, options, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&plan)?;
    } else {
        print(&plan, verb, &session.output);
    }
    Ok(plan.first_obstacle().map_or(0, report::exit_code_of))
}

fn print(plan: &Plan, verb: &str, output: &Output) {
    for job in &plan.jobs {
        print_job(job, output);
    }
    let steps: usize = plan.jobs.iter().map(|job| job.steps.len()).sum();
    let obstacles = plan
        .jobs
        .iter()
        .flat_map(|job| &job.steps)
        .filter(|step| step.obstacle.is_some())
        .count();
    let jobs = units::of(plan.jobs.len(), "job");
    output.line(format!("\n{jobs}, {}.", units::of(steps, "step")));
    if obstacles == 0 {
        output.line(format!(
            "Nothing was changed. To do it: the same with `{verb}`."
        ));
    } else {
        let text = format!("{obstacles} of them would fail as things are; nothing was changed.");
        output.line(output.paint(Tone::Bad, text));
    }
}

fn print_job(job: &JobPlan, output: &Output) {
    let address = report::address(&job.environment, &job.app, &job.job);
    output.heading(&address);
    output.line(output.paint(Tone::Faint, format!("  due: {}", job.schedule)));
    if let Some(group) = &job.group {
        output.line(output.paint(Tone::Faint, format!("  group: {group}")));
    }
    for hook in &job.hooks {
        output.line(output.paint(Tone::Faint, format!("  hook {hook}")));
    }
    for step in &job.steps {
        print_step(step, output);
    }
}

fn print_step(step: &PlannedStep, output: &Output) {
    output.line(format!("  {}. {}", step.number, step.does));
    for reason in &step.because {
        output.line(format!("     {}", output.paint(Tone::Faint, reason)));
    }
    if let Some(why) = &step.left_out {
        let text = format!("would be left out: {why}");
        output.line(format!("     {}", output.paint(Tone::Doubtful, text)));
    }
    if let Some(obstacle) = &step.obstacle {
        let text = format!("would fail: {}: {}", obstacle.doing, obstacle.cause);
        output.line(format!("     {}", output.paint(Tone::Bad, text)));
        if let Some(hint) = &obstacle.hint {
            output.line(format!("     hint: {hint}"));
        }
    }
}
