// SPDX-License-Identifier: Apache-2.0

//! What exists in the emulated world, per account and Region. It keeps indices and cascades whole; what a caller may do is not its business.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::arn::{Arn, partition};
use super::clock::Millis;
use super::error::Entity;
use super::evaluation::{Evaluation, Exclusion, Finding, evaluate};
use super::events::{Event, Notification, RunNotification, Topic};
use super::fleet::{Fleet, Host, hosts};
use super::ids::Ids;
use super::newest::Newest;
use super::outcome::RunOutcome;
use super::regions::{Package, packages};
use super::role::Roles;
use super::run::{RunState, Timeline};

/// Pairs of a key and a value, in the order in which they were given.
pub(super) type Pairs = Vec<(String, Option<String>)>;

/// The whole world.
#[derive(Debug)]
pub(super) struct State {
    seed: u64,
    fleet: Fleet,
    scopes: HashMap<(String, String), Scope>,
    pub(super) shared: Shared,
}

/// What all accounts and Regions have in common.
#[derive(Debug)]
pub(super) struct Shared {
    next: u64,
    /// What becomes of runs whose name or template ARN contains the text; the last that fits counts.
    pub(super) outcomes: Vec<(String, RunOutcome)>,
    /// Topics that are not as they should be; all others exist and take everything.
    pub(super) topics: BTreeMap<String, Topic>,
    /// Everything that was published.
    pub(super) published: Newest<Notification>,
    pub(super) roles: Roles,
}

impl Shared {
    /// A new object's number. All kinds, accounts and Regions count together, so that no identifier is ever used twice.
    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Keeps a message that was published.
    pub(super) fn publish(&mut self, notification: Notification) {
        let weight = notification.message.len();
        self.published.add(weight, notification);
    }
}

/// One account in one Region.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) ids: Ids,
    pub(super) account: String,
    pub(super) region: String,
    /// `arn:aws:inspector:us-east-1:123456789012:`
    pub(super) prefix: String,
    pub(super) packages: Vec<(Package, String)>,
    pub(super) hosts: Vec<Host>,
    pub(super) groups: BTreeMap<u64, Group>,
    pub(super) targets: BTreeMap<u64, Target>,
    pub(super) target_names: HashMap<String, u64>,
    pub(super) templates: BTreeMap<u64, Template>,
    pub(super) runs: BTreeMap<u64, Run>,
    /// Runs that may be in progress, by the time at which they end: those at the front are forgotten when their time has come.
    active: BTreeSet<(Millis, u64)>,
    /// The hosts of runs in progress, by place in `hosts`: in how many runs each is, and in which last.
    busy: HashMap<usize, (u32, u64)>,
    /// The run and kind behind the last part of a report's URL.
    pub(super) reports: HashMap<String, (u64, ReportKind)>,
}

/// A resource group.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) arn: String,
    pub(super) tags: Pairs,
    pub(super) created: Millis,
}

/// An assessment target.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) group: Option<u64>,
    pub(super) created: Millis,
    pub(super) updated: Millis,
    pub(super) templates: BTreeSet<u64>,
    pub(super) template_names: HashMap<String, u64>,
}

/// An assessment template.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) arn: String,
    pub(super) target: u64,
    pub(super) name: String,
    pub(super) duration: u32,
    pub(super) packages: Arc<[String]>,
    pub(super) attributes: Arc<Pairs>,
    pub(super) created: Millis,
    pub(super) tags: Pairs,
    /// When each event was subscribed to, by topic and event.
    pub(super) subscriptions: BTreeMap<(String, Event), Millis>,
    pub(super) preview: Option<Preview>,
    pub(super) runs: BTreeSet<u64>,
    pub(super) run_names: HashMap<String, u64>,
}

/// The exclusions that a template's runs would have, being looked for until a time.
#[derive(Debug)]
pub(super) struct Preview {
    pub(super) token: String,
    pub(super) ready: Millis,
    pub(super) exclusions: Vec<Exclusion>,
}

/// One of a run's reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ReportKind {
    /// PDF, else HTML.
    pub(super) pdf: bool,
    /// With every rule that was checked, else with the findings only.
    pub(super) full: bool,
}

/// What a template is made of.
#[derive(Debug)]
pub(super) struct NewTemplate<'a> {
    pub(super) target: u64,
    pub(super) name: &'a str,
    pub(super) duration: u32,
    pub(super) packages: Vec<String>,
    pub(super) attributes: Pairs,
}

/// An assessment run. Duration, packages and attributes are those of the template when it started.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) arn: String,
    pub(super) template: u64,
    pub(super) name: String,
    pub(super) duration: u32,
    pub(super) packages: Arc<[String]>,
    pub(super) attributes: Arc<Pairs>,
    pub(super) created: Millis,
    pub(super) timeline: Timeline,
    /// Places in the scope's hosts.
    pub(super) hosts: Vec<usize>,
    /// Places of hosts that another run held when this one started.
    pub(super) left_out: Vec<usize>,
    pub(super) outcome: Option<RunOutcome>,
    /// Whether its collection was cut short.
    pub(super) stopped_early: bool,
    /// What it found, made when somebody first asks after its end.
    evaluation: Option<Evaluation>,
    /// How many of its changes have been announced to subscribers.
    pub(super) announced: usize,
    pub(super) notifications: Vec<RunNotification>,
    /// When each report is ready.
    pub(super) reports: BTreeMap<ReportKind, Millis>,
    /// Until this time (on [`Clock::unscaled`](super::clock::Clock::unscaled)) no list and no description shows the run.
    pub(super) hidden_until: Option<Millis>,
}

impl Run {
    pub(super) fn state(&self, now: Millis) -> RunState {
        self.timeline.current(now).state
    }

    pub(super) fn in_progress(&self, now: Millis) -> bool {
        !self.state(now).is_terminal()
    }

    /// Whether a test has decided its agents.
    pub(super) fn has_agents(&self) -> bool {
        self.outcome
            .as_ref()
            .is_some_and(|outcome| outcome.agents.is_some())
    }

    /// What it found, if it has ended and somebody has asked: see [`Scope::evaluate`].
    pub(super) fn evaluation(&self) -> Option<&Evaluation> {
        self.evaluation.as_ref()
    }

    pub(super) fn finding_mut(&mut self, place: usize) -> Option<&mut Finding> {
        self.evaluation.as_mut()?.findings.get_mut(place)
    }

    /// Whether calls see it yet.
    pub(super) fn visible(&self, unscaled: Millis) -> bool {
        self.hidden_until.is_none_or(|until| until <= unscaled)
    }
}

impl State {
    /// An empty world that keeps so many published messages.
    pub(super) fn new(seed: u64, fleet: Fleet, kept: usize) -> Self {
        Self {
            seed,
            fleet,
            scopes: HashMap::new(),
            shared: Shared {
                next: 0,
                outcomes: Vec::new(),
                topics: BTreeMap::new(),
                published: Newest::new(kept),
                roles: Roles::default(),
            },
        }
    }

    /// The same, all of them, to change.
    pub(super) fn scopes_mut(&mut self) -> (impl Iterator<Item = &mut Scope>, &mut Shared) {
        (self.scopes.values_mut(), &mut self.shared)
    }

    /// The account's part of the Region, made when it is first asked for.
    pub(super) fn scope(&mut self, account: &str, region: &str) -> (&mut Scope, &mut Shared) {
        let key = (account.to_owned(), region.to_owned());
        let (seed, fleet) = (self.seed, &self.fleet);
        let scope = self
            .scopes
            .entry(key)
            .or_insert_with(|| Scope::new(seed, fleet, account, region));
        (scope, &mut self.shared)
    }

    /// Decides what becomes of runs, present and future: see [`Emulator::set_run_outcome`](super::Emulator::set_run_outcome).
    pub(super) fn decide(&mut self, text: &str, outcome: &RunOutcome, now: Millis) {
        for scope in self.scopes.values_mut() {
            let concerned = |run: &Run| run.name.contains(text) || run.arn.contains(text);
            for run in scope
                .runs
                .values_mut()
                .filter(|run| concerned(run) && run.in_progress(now))
            {
                run.timeline.set_outcome(now, outcome.state);
                run.outcome = Some(outcome.clone());
            }
        }
        self.shared
            .outcomes
            .push((text.to_owned(), outcome.clone()));
    }

    /// All accounts and Regions that were used, in order.
    pub(super) fn scopes(&self) -> Vec<&Scope> {
        let mut scopes: Vec<_> = self.scopes.values().collect();
        scopes.sort_by_key(|scope| (&scope.account, &scope.region));
        scopes
    }

    /// Forgets everything but the numbers already given.
    pub(super) fn reset(&mut self) {
        self.scopes.clear();
        self.shared.outcomes.clear();
        self.shared.topics.clear();
        self.shared.published.clear();
        self.shared.roles = Roles::default();
    }
}

impl Scope {
    fn new(seed: u64, fleet: &Fleet, account: &str, region: &str) -> Self {
        Self {
            ids: Ids::new(seed),
            account: account.to_owned(),
            region: region.to_owned(),
            prefix: format!("arn:{}:inspector:{region}:{account}:", partition(region)),
            packages: packages(region),
            hosts: hosts(fleet, seed, account, region),
            groups: BTreeMap::new(),
            targets: BTreeMap::new(),
            target_names: HashMap::new(),
            templates: BTreeMap::new(),
            runs: BTreeMap::new(),
            active: BTreeSet::new(),
            busy: HashMap::new(),
            reports: HashMap::new(),
        }
    }

    /// The number of the object with this ARN, if it exists here.
    pub(super) fn find(&self, text: &str, kind: Entity) -> Option<u64> {
        let arn = Arn::of_kind(text, kind)?;
        let number = self.ids.decode(arn.id)?;
        let found = match kind {
            Entity::ResourceGroup => self.groups.get(&number).map(|group| &group.arn),
            Entity::Target => self.targets.get(&number).map(|target| &target.arn),
            Entity::Template => self.templates.get(&number).map(|template| &template.arn),
            Entity::Run => self.runs.get(&number).map(|run| &run.arn),
            _ => None,
        };
        // The ARN is compared whole: an identifier under another parent names nothing.
        (found? == text).then_some(number)
    }

    pub(super) fn add_group(&mut self, shared: &mut Shared, tags: Pairs, now: Millis) -> &Group {
        let number = shared.number();
        let arn = format!("{}resourcegroup/{}", self.prefix, self.ids.encode(number));
        let group = Group {
            arn,
            tags,
            created: now,
        };
        self.groups.entry(number).or_insert(group)
    }

    pub(super) fn add_target(
        &mut self,
        shared: &mut Shared,
        name: &str,
        group: Option<u64>,
        now: Millis,
    ) -> &Target {
        let number = shared.number();
        let arn = format!("{}target/{}", self.prefix, self.ids.encode(number));
        let target = Target {
            arn,
            name: name.to_owned(),
            group,
            created: now,
            updated: now,
            templates: BTreeSet::new(),
            template_names: HashMap::new(),
        };
        self.target_names.insert(name.to_owned(), number);
        self.targets.entry(number).or_insert(target)
    }

    /// Adds a template of a target that exists.
    pub(super) fn add_template(
        &mut self,
        shared: &mut Shared,
        new: NewTemplate<'_>,
        now: Millis,
    ) -> Option<&Template> {
        let parent = self.targets.get_mut(&new.target)?;
        let number = shared.number();
        let arn = format!("{}/template/{}", parent.arn, self.ids.encode(number));
        parent.templates.insert(number);
        parent.template_names.insert(new.name.to_owned(), number);
        let template = Template {
            arn,
            target: new.target,
            name: new.name.to_owned(),
            duration: new.duration,
            packages: new.packages.into(),
            attributes: Arc::new(new.attributes),
            created: now,
            tags: Vec::new(),
            subscriptions: BTreeMap::new(),
            preview: None,
            runs: BTreeSet::new(),
            run_names: HashMap::new(),
        };
        Some(self.templates.entry(number).or_insert(template))
    }

    /// Starts a run of a template that exists.
    pub(super) fn add_run(
        &mut self,
        shared: &mut Shared,
        template: u64,
        name: &str,
        left_out: Vec<usize>,
        now: Millis,
    ) -> Option<&mut Run> {
        let mut hosts = self.hosts_of_template(template);
        hosts.retain(|host| !left_out.contains(host));
        let parent = self.templates.get_mut(&template)?;
        let number = shared.number();
        let outcome = shared
            .outcomes
            .iter()
            .rfind(|(text, _)| name.contains(text) || parent.arn.contains(text))
            .map(|(_, outcome)| outcome.clone());
        let end = outcome.as_ref().map_or(RunState::Completed, |o| o.state);
        let run = Run {
            arn: format!("{}/run/{}", parent.arn, self.ids.encode(number)),
            template,
            name: name.to_owned(),
            duration: parent.duration,
            packages: Arc::clone(&parent.packages),
            attributes: Arc::clone(&parent.attributes),
            created: now,
            timeline: Timeline::start(now, parent.duration, end),
            hosts,
            left_out,
            outcome,
            stopped_early: false,
            evaluation: None,
            announced: 0,
            notifications: Vec::new(),
            reports: BTreeMap::new(),
            hidden_until: None,
        };
        parent.runs.insert(number);
        parent.run_names.insert(name.to_owned(), number);
        self.active.insert((run.timeline.end(), number));
        for host in &run.hosts {
            let entry = self.busy.entry(*host).or_insert((0, number));
            *entry = (entry.0 + 1, number);
        }
        Some(self.runs.entry(number).or_insert(run))
    }

    /// The places of the hosts that a template's target selects.
    pub(super) fn hosts_of_template(&self, template: u64) -> Vec<usize> {
        let target = self
            .templates
            .get(&template)
            .map(|template| template.target);
        let Some(target) = target.and_then(|target| self.targets.get(&target)) else {
            return Vec::new();
        };
        self.hosts_of_target(target)
    }

    /// The places of the hosts that a target selects: all without a group.
    pub(super) fn hosts_of_target(&self, target: &Target) -> Vec<usize> {
        let group = target.group.and_then(|group| self.groups.get(&group));
        (0..)
            .zip(&self.hosts)
            .filter(|(_, host)| group.is_none_or(|group| host.matches(&group.tags)))
            .map(|(place, _)| place)
            .collect()
    }

    /// Changes a run's course, keeping the index of runs in progress right.
    pub(super) fn steer(&mut self, number: u64, change: impl FnOnce(&mut Run)) {
        let Some(run) = self.runs.get_mut(&number) else {
            return;
        };
        let before = run.timeline.end();
        change(run);
        let after = run.timeline.end();
        if self.active.remove(&(before, number)) {
            self.active.insert((after, number));
        }
    }

    /// Takes the runs that have ended out of the index of runs in progress. The cost is one step for each run that ended.
    fn forget_ended(&mut self, now: Millis) {
        while let Some((end, number)) = self.active.first().copied() {
            if end > now {
                break;
            }
            self.active.pop_first();
            self.release(number);
        }
    }

    fn release(&mut self, number: u64) {
        let Some(run) = self.runs.get(&number) else {
            return;
        };
        for host in &run.hosts {
            if let Some(entry) = self.busy.get_mut(host) {
                entry.0 -= 1;
                if entry.0 == 0 {
                    self.busy.remove(host);
                }
            }
        }
    }

    /// The hosts of runs in progress: how many there are, and for those of `wanted` the run they are in.
    pub(super) fn busy_hosts(
        &mut self,
        wanted: &[usize],
        now: Millis,
    ) -> (usize, Vec<(usize, u64)>) {
        self.forget_ended(now);
        let busy = wanted
            .iter()
            .filter_map(|host| Some((*host, self.busy.get(host)?.1)))
            .collect();
        (self.busy.len(), busy)
    }

    /// Sees to it that a run that has ended has its findings. A cancelled run has none, not even a count.
    pub(super) fn evaluate(&mut self, number: u64, now: Millis) {
        let Some(run) = self.runs.get(&number) else {
            return;
        };
        let last = run.timeline.current(now);
        let due = last.state.is_terminal() && last.state != RunState::Canceled;
        if !due || run.evaluation.is_some() {
            return;
        }
        let found = evaluate(self, run, last.state, last.at);
        if let Some(run) = self.runs.get_mut(&number) {
            run.evaluation = Some(found);
        }
    }

    /// The ARNs of a template's runs in progress, in order.
    pub(super) fn in_progress(&self, template: u64, now: Millis) -> Vec<&str> {
        let runs = self.templates.get(&template).map(|template| &template.runs);
        runs.into_iter()
            .flatten()
            .filter_map(|number| self.runs.get(number))
            .filter(|run| run.in_progress(now))
            .map(|run| run.arn.as_str())
            .collect()
    }

    /// Removes a run, whatever its state.
    pub(super) fn remove_run(&mut self, number: u64) {
        let Some(end) = self.runs.get(&number).map(|run| run.timeline.end()) else {
            return;
        };
        if self.active.remove(&(end, number)) {
            self.release(number);
        }
        let Some(run) = self.runs.remove(&number) else {
            return;
        };
        if !run.reports.is_empty() {
            self.reports.retain(|_, (of, _)| *of != number);
        }
        if let Some(template) = self.templates.get_mut(&run.template) {
            template.runs.remove(&number);
            if template.run_names.get(&run.name) == Some(&number) {
                template.run_names.remove(&run.name);
            }
        }
    }

    /// Removes a template with its runs.
    pub(super) fn remove_template(&mut self, number: u64) {
        let runs = self
            .templates
            .get(&number)
            .map(|template| template.runs.clone());
        for run in runs.into_iter().flatten() {
            self.remove_run(run);
        }
        let Some(template) = self.templates.remove(&number) else {
            return;
        };
        if let Some(target) = self.targets.get_mut(&template.target) {
            target.templates.remove(&number);
            target.template_names.remove(&template.name);
        }
    }

    /// Removes a target with its templates and their runs. Its resource group stays: nothing deletes groups.
    pub(super) fn remove_target(&mut self, number: u64) {
        let templates = self
            .targets
            .get(&number)
            .map(|target| target.templates.clone());
        for template in templates.into_iter().flatten() {
            self.remove_template(template);
        }
        if let Some(target) = self.targets.remove(&number) {
            self.target_names.remove(&target.name);
        }
    }
}
