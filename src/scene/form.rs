//! The tables of all records of a scene: one declaration feeds decoding, faults and docs/SCENES.md.
//!
//! Names are still names here; [`super::check`] resolves them into the [`super::schema`].

use super::dist::Dist;
use super::quantity::{Measure, StepRef};
use super::record::{At, choice, record};
use super::schema;
use super::value::{
    ABay, ACrew, ADispatchRule, AKpi, AProduct, AReticle, ARoute, AToolGroup, AToolType, AnArea,
    AnOperatorPool, Angle, Anything, Length, Lots, Named, Probability, Ref, Wafers,
};
use crate::units::Duration;

record! {
    /// A scene file, or a part of one that another includes.
    pub struct SceneForm = "scene" {
        /// Version of the form of the file.
        schema: u32 as required, range 1.0, 1.0, "1";
        /// Name shown in reports.
        name: String, default "\"\"";
        /// What plant this is, and where its figures come from.
        about: String, default "\"\"";
        /// Inputs that nobody measured, a sentence each; reports show them beside the results.
        assumed: Vec<At<String>>;
        /// Files whose records belong to this scene too, relative to this file.
        include: Vec<At<String>>;
        /// Values with a name: `"$name"` stands for the value anywhere in the scene.
        params: Named<Anything>;
        /// How a run is made unless the command line says otherwise.
        run: RunForm, default "()";
        /// Choices where published fab models leave the semantics open.
        options: OptionsForm, default "()";
        /// Upper bounds that stop a run which has lost its stability.
        limits: LimitsForm, default "()";
        /// Areas of the fab.
        areas: Named<AreaForm>;
        /// Bays: rectangles on the floor.
        bays: Named<BayForm>;
        /// Repair crews.
        crews: Named<PoolForm>;
        /// Operator pools.
        operators: Named<PoolForm>;
        /// Reticles: a step that names one holds it while it is processed.
        reticles: Named<PoolForm>;
        /// Transport times; a pair of locations not listed takes no time.
        transport: Vec<At<TransportForm>>;
        /// Stockers.
        stockers: Named<StockerForm>;
        /// Tool groups: interchangeable tools that share one queue.
        tool_groups: Named<ToolGroupForm>;
        /// Routes.
        routes: Named<RouteForm>;
        /// Products.
        products: Named<ProductForm>;
        /// Release plans, one lot type each.
        releases: Named<ReleaseForm>;
        /// Lots in work at time 0.
        wip: Vec<At<WipForm>>;
        /// Conditions that a headless run must meet.
        checks: Vec<At<CheckForm>>;
    }
}

record! {
    /// How a run is made.
    pub struct RunForm = "run" {
        /// Simulated time of one replication.
        horizon: Duration, default "\"365 d\"", range 1e-6, 1e10, "more than 0, at most 300 years";
        /// Statistics start after this time; lots released before it are not counted.
        warmup: Duration, default "\"0 d\"";
        /// Independent replications.
        replications: u32, default "5", range 1.0, 100000.0, "1 to 100000";
        /// Seed of the random numbers.
        seed: u64, default "1";
        /// Confidence level of the intervals.
        confidence: Probability, default "\"95 %\"", range 0.5, 0.9999, "50 % to 99.99 %";
    }
}
record! {
    /// Choices where published fab models leave the semantics open.
    pub struct OptionsForm = "options" {
        /// When a cascading tool takes its next lot.
        cascade_start: schema::CascadeStart, default "AtOnce";
        /// When a cascading tool may change its setup.
        cascade_setup: schema::CascadeSetup, default "WhenEmpty";
        /// Which cascading tool an arriving lot prefers.
        cascade_wake: schema::CascadeWake, default "EmptyFirst";
        /// What happens to a breakdown that falls into a maintenance.
        breakdown_in_pm: schema::BreakdownInPm, default "Postpone";
        /// From when the interval of a calendar maintenance counts.
        pm_clock: schema::PmClock, default "Due";
        /// How the first maintenance is spread over the tools of a group.
        pm_stagger: schema::PmStagger, default "Spread";
        /// Which happens first when a breakdown and a maintenance fall due together.
        pm_breakdown_order: schema::PmBreakdownOrder, default "BreakdownFirst";
        /// What "least setup" ranks lots by.
        setup_rank: schema::SetupRank, default "Table";
        /// Whether a lot that only loads counts a cascading tool as busy.
        cascade_load_busy: schema::CascadeLoadBusy, default "Busy";
        /// Whether lots of releases with `reserve: true` reserve tools ahead.
        reservation: schema::Reservation, default "Off";
    }
}
record! {
    /// Upper bounds; a run that reaches one ends with an error that says which.
    pub struct LimitsForm = "limits" {
        /// Lots in work at the same time.
        lots: Lots, default "200000", range 1.0, 1e8, "1 to 100000000";
        /// Steps at one instant of simulated time before a run counts as stuck.
        steps_at_one_instant: u32, default "10000000", range 1.0, 4e9, "at least 1";
    }
}
record! {
    /// An area of the fab, e.g. lithography.
    pub struct AreaForm = "area" {
        /// Its light.
        light: schema::Light, default "White";
    }
}
record! {
    /// A bay: a rectangle on the floor in which tools stand.
    pub struct BayForm = "bay" {
        /// Its area.
        area: Ref<AnArea> as required;
        /// South-west corner, eastward.
        x: Length, default "\"0 m\"", range -1e5, 1e5, "-100 km to 100 km";
        /// South-west corner, northward.
        y: Length, default "\"0 m\"", range -1e5, 1e5, "-100 km to 100 km";
        /// Extent eastward.
        width: Length, default "\"40 m\"", range 0.01, 1e4, "1 cm to 10 km";
        /// Extent northward.
        depth: Length, default "\"8 m\"", range 0.01, 1e4, "1 cm to 10 km";
    }
}
record! {
    /// Interchangeable resources: a repair crew, operators, copies of a reticle.
    pub struct PoolForm = "pool" {
        /// How many.
        count: u32, default "1", range 1.0, 1e6, "1 to 1000000";
    }
}
record! {
    /// Transport time from one location to another.
    pub struct TransportForm = "transport time" {
        /// Location left.
        from: String as required;
        /// Location reached.
        to: String as required;
        /// Time of one move.
        time: Dist as required;
    }
}
record! {
    /// A stocker.
    pub struct StockerForm = "stocker" {
        /// Bay it stands in.
        bay: Ref<ABay>;
        /// Lots it holds.
        capacity: Lots, default "100", range 1.0, 1e6, "1 to 1000000";
        /// Centre, eastward.
        x: Length, range -1e5, 1e5, "-100 km to 100 km";
        /// Centre, northward.
        y: Length, range -1e5, 1e5, "-100 km to 100 km";
        /// Heading of its front, counter-clockwise from east.
        angle: Angle, default "\"0 deg\"", range -360.0, 360.0, "-360° to 360°";
    }
}
record! {
    /// A group of interchangeable tools with one queue.
    pub struct ToolGroupForm = "tool group" {
        /// Tool type: `assets/tools/<type>.ron` or `tools/<type>.ron` beside the scene. Its fields
        /// stand for those absent here.
        r#type: Ref<AToolType>;
        /// Area it belongs to.
        area: Ref<AnArea> as required;
        /// Bay it stands in; without one, a place is found.
        bay: Ref<ABay>;
        /// Number of tools.
        count: u32 as required, range 0.0, 100000.0, "1 to 100000";
        /// Transport location.
        location: String, default "\"Fab\"";
        /// What it looks like.
        archetype: schema::Archetype, default "Generic";
        /// Footprint along the bay.
        width: Length, default "\"2 m\"", range 0.01, 1000.0, "1 cm to 1 km";
        /// Footprint across the bay.
        depth: Length, default "\"3 m\"", range 0.01, 1000.0, "1 cm to 1 km";
        /// Height.
        height: Length, default "\"2.5 m\"", range 0.01, 1000.0, "1 cm to 1 km";
        /// Load ports of each tool.
        load_ports: u32, default "2", range 1.0, 64.0, "1 to 64";
        /// How many lots a tool takes at once, and how.
        capacity: CapacityForm, default "Single";
        /// Load time of a lot; of a batch, once.
        load: Duration, default "\"0 min\"";
        /// Unload time of a lot; of a batch, once.
        unload: Duration, default "\"0 min\"";
        /// Dispatching rules, the most important first.
        dispatch: Vec<At<Ref<ADispatchRule>>>, default "[\"priority\", \"fifo\"]";
        /// Which idle tool an arriving lot wakes.
        wake: schema::Wake, default "LongestIdle";
        /// Setup times from state to state.
        setups: Vec<At<SetupForm>>;
        /// After a change of setup at least so many lots before the next change.
        min_runs: Vec<At<MinRunForm>>;
        /// Setup state of every tool at time 0.
        initial_setup: String;
        /// Breakdowns; each tool has its own independent process.
        breakdowns: Vec<At<BreakdownForm>>;
        /// Preventive maintenances.
        pms: Vec<At<PmForm>>;
        /// Most lots that may wait; unbounded when absent.
        queue: QueueForm;
        /// On batch tools: lots of this priority or higher start without waiting for the
        /// minimum of their batch.
        hot_priority: i32;
        /// Operator the tool needs.
        operator: OperatorForm;
        /// Names, places and qualifications of single tools: none or one entry per tool.
        tools: Vec<At<ToolForm>>;
    }
}
record! {
    /// A pipeline: the next unit enters one interval after the last.
    pub struct CascadeForm = "cascade" {
        /// Lots inside at most.
        lots: Lots, default "2", range 1.0, 1000.0, "1 to 1000";
    }
}
record! {
    /// Several lots processed together.
    pub struct BatchForm = "batch" {
        /// Which lots may be together.
        same: schema::BatchKey, default "RouteStep";
    }
}
choice! {
    /// How many lots a tool takes at once.
    pub enum CapacityForm = "capacity" {
        /// One lot at a time.
        Single,
        /// Cascading: `Cascade(lots: 2)`.
        Cascade(CascadeForm),
        /// Batching: `Batch(same: RouteStep)`.
        Batch(BatchForm),
    }
}
record! {
    /// Time of a change of setup.
    pub struct SetupForm = "setup time" {
        /// State before; any when absent.
        from: String;
        /// State after.
        to: String as required;
        /// Time of the change.
        time: Duration as required;
    }
}
record! {
    /// Minimum run length after a change of setup.
    pub struct MinRunForm = "minimum run" {
        /// State changed to.
        setup: String as required;
        /// Lots before another change.
        lots: Lots as required, range 1.0, 1e6, "1 to 1000000";
    }
}
record! {
    /// A failure process of a tool.
    pub struct BreakdownForm = "breakdown" {
        /// Name.
        name: String, default "\"breakdown\"";
        /// What the time to failure counts.
        clock: schema::FailureClock, default "Calendar";
        /// Time to the first failure; as `uptime` when absent.
        first: Dist;
        /// Time from the end of a repair to the next failure.
        uptime: Dist as required;
        /// Time of the repair.
        repair: Dist as required;
        /// Crew it needs; always at hand when absent.
        crew: Ref<ACrew>;
    }
}
record! {
    /// A preventive maintenance (PM).
    pub struct PmForm = "maintenance" {
        /// Name.
        name: String, default "\"maintenance\"";
        /// Interval, in time or in wafers finished by the tool.
        every: schema::PmInterval as required, range 1e-6, 1e18, "more than 0";
        /// First occurrence, in the kind of unit of `every`; as `every` when absent.
        first: schema::PmInterval;
        /// Time of the work.
        duration: Dist as required;
        /// Crew it needs; always at hand when absent.
        crew: Ref<ACrew>;
    }
}
record! {
    /// A bounded queue.
    pub struct QueueForm = "queue" {
        /// Lots that may wait.
        lots: Lots as required;
        /// What happens to one more.
        overflow: schema::Overflow, default "Block";
    }
}
record! {
    /// An operator that a tool or a step needs.
    pub struct OperatorForm = "operator" {
        /// Pool the operator comes from.
        pool: Ref<AnOperatorPool> as required;
        /// For which part of the job.
        during: schema::OperatorPhase, default "Job";
    }
}
record! {
    /// What is known of one tool.
    pub struct ToolForm = "tool" {
        /// Name; made from the group's and a number when absent.
        name: String;
        /// Centre, eastward.
        x: Length, range -1e5, 1e5, "-100 km to 100 km";
        /// Centre, northward.
        y: Length, range -1e5, 1e5, "-100 km to 100 km";
        /// Heading of its front, counter-clockwise from east.
        angle: Angle, default "\"0 deg\"", range -360.0, 360.0, "-360° to 360°";
        /// Recipes it is qualified for; all when absent.
        qualified: Vec<At<String>>;
    }
}
record! {
    /// A route: the steps a product goes through, in order.
    pub struct RouteForm = "route" {
        /// Steps. References to them are by name or by number from 1.
        steps: Vec<At<StepForm>> as required;
    }
}
record! {
    /// One step of a route.
    pub struct StepForm = "step" {
        /// Name; different from those of the other steps of the route.
        name: String as required;
        /// Tool group that does it.
        tools: Ref<AToolGroup> as required;
        /// Recipe, which qualifications and batches may refer to; the step's name when absent.
        recipe: String;
        /// Processing time of one unit, see `per`.
        time: Dist as required;
        /// What the processing time is for.
        per: schema::Per, default "Lot";
        /// On cascading tools: from the start of one unit to the start of the next.
        interval: Duration;
        /// On batch tools: fewest and most wafers of a batch, `"75..150 wafers"`.
        batch: schema::BatchSize;
        /// Setup state the tool must be in.
        setup: String;
        /// Setup time of this step; from the group's table when absent.
        setup_time: Duration;
        /// Probability that the step is done; else it is skipped in no time.
        sampling: Probability, default "1.0";
        /// Rework after the step.
        rework: ReworkForm;
        /// Successors by chance; the next step when absent.
        next: Vec<At<SuccessorForm>>;
        /// Later steps that must be done by the very tool used here.
        dedicate: Vec<At<StepRef>>;
        /// Critical queue times that start at the end of this step.
        cqt: Vec<At<CqtForm>>;
        /// Reticle it needs.
        reticle: Ref<AReticle>;
        /// Operator it needs; the tool group's when absent.
        operator: OperatorForm;
    }
}
record! {
    /// Rework: after the step the lot goes back by chance.
    pub struct ReworkForm = "rework" {
        /// Probability, drawn only when the step was done.
        probability: Probability as required;
        /// Step to go back to.
        to: StepRef as required;
    }
}
record! {
    /// A successor by chance. The probabilities of a step's successors sum to 1.
    pub struct SuccessorForm = "successor" {
        /// Step to go to, or `End`: the lot is finished.
        to: StepRef as required;
        /// Probability.
        probability: Probability as required;
    }
}
record! {
    /// A critical queue time (CQT): from the end of this step to the start of step `to`.
    pub struct CqtForm = "critical queue time" {
        /// Step that must start in time.
        to: StepRef as required;
        /// Most time between.
        limit: Duration as required;
        /// What happens when it was exceeded.
        on_violation: CqtActionForm, default "Count";
        /// This step starts only while fewer lots are inside the window.
        max_lots_inside: Lots, range 1.0, 1e9, "at least 1";
        /// Cost of one violation.
        cost: f64, default "0.0", range 0.0, 1e300, "0 or more";
    }
}
record! {
    /// Where a lot goes that exceeded its critical queue time.
    pub struct CqtReworkForm = "rework on violation" {
        /// Step to go back to.
        to: StepRef as required;
    }
}
choice! {
    /// What happens when a critical queue time was exceeded.
    pub enum CqtActionForm = "action on violation" {
        /// It is counted only.
        Count,
        /// The lot is scrapped when the late step would start.
        Scrap,
        /// The lot goes back when the late step would start: `Rework(to: "010_Clean")`.
        Rework(CqtReworkForm),
    }
}
record! {
    /// A product.
    pub struct ProductForm = "product" {
        /// Its route.
        route: Ref<ARoute> as required;
    }
}
record! {
    /// A release plan: one lot type.
    pub struct ReleaseForm = "release" {
        /// Product.
        product: Ref<AProduct> as required;
        /// Wafers of a lot.
        wafers: Wafers, default "25", range 1.0, 10000.0, "1 to 10000 wafers";
        /// Priority; higher goes first under the rule `priority`.
        priority: i32, default "0";
        /// When lots are released.
        plan: PlanForm as required;
        /// Due date.
        due: DueForm, default "None";
        /// Whether its lots reserve tools ahead, see the option `reservation`.
        reserve: bool, default "false";
    }
}
record! {
    /// Lots at intervals.
    pub struct EveryForm = "regular releases" {
        /// Time between releases; `Exponential(...)` makes a Poisson stream.
        interval: Dist as required;
        /// Time of the first release; one interval when absent.
        first: Duration;
        /// Lots at each release.
        lots: Lots, default "1", range 1.0, 1e6, "1 to 1000000";
        /// Releases at most; unbounded when absent.
        max: u64;
    }
}
record! {
    /// A constant number of lots in work.
    pub struct ConwipForm = "CONWIP" {
        /// Lots in work.
        lots: Lots as required, range 1.0, 1e8, "1 to 100000000";
    }
}
choice! {
    /// When lots of a type are released.
    pub enum PlanForm = "plan" {
        /// At intervals: `Every(interval: "51.69 min", first: "0 min")`.
        Every(EveryForm),
        /// At the listed times: `List(["0 h", "3 h"])`.
        List(Vec<At<Duration>>),
        /// One finished releases one: `Conwip(lots: 20)`.
        Conwip(ConwipForm),
    }
}
choice! {
    /// Due date of a lot.
    pub enum DueForm = "due date" {
        /// None.
        None,
        /// So long after release: `After("53.84 d")`.
        After(Duration),
        /// So many times the raw process time after release: `FlowFactor(1.6)`.
        FlowFactor(f64),
    }
}
record! {
    /// A lot in work at time 0, waiting for a step.
    pub struct WipForm = "lot in work" {
        /// Name.
        name: String as required;
        /// Product.
        product: Ref<AProduct> as required;
        /// Step it waits for.
        step: StepRef as required;
        /// Wafers.
        wafers: Wafers, default "25", range 1.0, 10000.0, "1 to 10000 wafers";
        /// Priority.
        priority: i32, default "0";
        /// Due time, counted from time 0.
        due: Duration;
    }
}
record! {
    /// A condition on a KPI that a headless run must meet, else it ends with exit code 1.
    pub struct CheckForm = "check" {
        /// KPI, e.g. `"cycle_time"`.
        kpi: Ref<AKpi> as required;
        /// Lot type, tool group or product it is of; the whole plant when absent.
        of: String, default "\"\"";
        /// Lowest allowed value.
        min: Measure;
        /// Highest allowed value.
        max: Measure;
        /// Confidence with which it must hold; the mean decides when absent.
        confidence: Probability, range 0.5, 0.9999, "50 % to 99.99 %";
    }
}
