// Draws the page from the control API, again every two seconds. Everything is put in as text.
"use strict";

const PERIOD = 2000;

async function read(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

// An ARN without its first parts, which all rows share; the whole is in the tooltip.
function arn(text) {
  const td = cell(text.split(":").pop(), "arn");
  td.title = text;
  return td;
}

function cell(text, kind) {
  const td = document.createElement("td");
  td.textContent = text;
  td.title = text;
  if (kind) td.className = kind;
  return td;
}

function fill(id, columns, rows) {
  const body = document.getElementById(id);
  const none = () => {
    const td = cell("none yet", "none");
    td.colSpan = columns;
    return [td];
  };
  body.replaceChildren(...(rows.length ? rows : [none()]).map((cells) => {
    const tr = document.createElement("tr");
    tr.append(...cells);
    return tr;
  }));
}

function stateKind(state) {
  if (state === "COMPLETED") return "good";
  if (state === "COMPLETED_WITH_ERRORS" || state === "CANCELED") return "warn";
  return state === "FAILED" || state === "ERROR" ? "bad" : "busy";
}

function age(seconds) {
  const units = [[86400, "d"], [3600, "h"], [60, "min"]];
  const unit = units.find(([size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[0])} ${unit[1]}` : `${seconds} s`;
}

function findings(counts) {
  if (!counts) return "";
  const order = ["High", "Medium", "Low", "Informational", "Undefined"];
  return order.filter((name) => counts[name]).map((name) => `${counts[name]} ${name}`).join(", ") || "none";
}

function outcome(value) {
  if (value === "ok") return ["ok", "good"];
  return value.exception ? [value.exception, "bad"] : [`fault: ${value.fault}`, "warn"];
}

function draw(summary, calls) {
  document.getElementById("now").textContent = summary.now;
  const numbers = [
    [summary.runsInProgress, "runs in progress"], [summary.runs, "runs"], [summary.templates, "templates"],
    [summary.targets, "targets"], [summary.resourceGroups, "resource groups"],
  ];
  document.getElementById("numbers").replaceChildren(...numbers.map(([number, noun]) => {
    const li = document.createElement("li");
    const b = document.createElement("b");
    b.textContent = number;
    li.append(b, noun);
    return li;
  }));
  fill("runs", 6, summary.newestRuns.map((run) => [
    cell(run.name, "name"), cell(run.state, stateKind(run.state)), cell(age(run.ageSeconds)),
    cell(findings(run.findingCounts)), cell(run.region), arn(run.arn),
  ]));
  fill("templates", 5, summary.newestTemplates.map((template) => [
    cell(template.name, "name"), cell(`${template.durationSeconds} s`), cell(String(template.rulesPackageArns.length)),
    cell(template.region), arn(template.arn),
  ]));
  fill("targets", 4, summary.newestTargets.map((target) => [
    cell(target.name, "name"), cell(target.resourceGroupArn ? target.resourceGroupArn.split("/").pop() : "all instances"),
    cell(target.region), arn(target.arn),
  ]));
  fill("calls", 4, calls.reverse().map((call) => {
    const [text, kind] = outcome(call.outcome);
    return [cell(call.at), cell(call.operation), cell(text, kind), cell(call.region)];
  }));
}

async function refresh() {
  const status = document.getElementById("status");
  try {
    const [summary, calls] = await Promise.all([read("/_emulator/summary"), read("/_emulator/calls?limit=20")]);
    draw(summary, calls);
    status.textContent = "";
  } catch (error) {
    status.textContent = `The emulator does not answer (${error.message}).`;
    status.className = "bad";
  }
  setTimeout(refresh, PERIOD);
}

refresh();
