// Asks OpenStreetMap's reference for opening hours. A line in, a line out, in JSON:
//   {"holidays": ["2026-01-01", "2026-12-31"]} -> which of these days it takes for public holidays
//   {"hours": "Mo-Fr 10:00-18:00", "at": [["2026-01-01T10:00", "2027-01-02T00:00"], …]}
//     -> for each minute whether it is open, and when that changes before the given limit: [[false, "2026-01-02T10:00"], …]
// Run it with TZ=UTC, so that its clock is a clock on a wall.
import { createInterface } from "node:readline";
import opening_hours from "opening_hours";

const MILL_LANE = { lat: 48.14, lon: 11.58, address: { country_code: "de", state: "Bayern" } };
const DAY = 24 * 3600 * 1000;

const date = (text) => new Date(`${text}Z`);
const minute = (date) => date.toISOString().slice(0, 16);
const rules = (hours) => new opening_hours(hours, MILL_LANE, { mode: 0, locale: "en" });

function holidays([first, last]) {
  const ph = rules("PH");
  const found = [];
  for (let day = date(first); day <= date(last); day = new Date(day.getTime() + DAY)) if (ph.getState(day)) found.push(minute(day).slice(0, 10));
  return found;
}

function opening(hours, at, limit) {
  const iterator = hours.getIterator(date(at));
  const open = iterator.getState();
  // It also stops where only the name of the holiday changes.
  while (iterator.advance(date(limit))) if (iterator.getState() !== open) return [open, minute(iterator.getDate())];
  return [open, null];
}

function answer(question) {
  if (question.holidays) return holidays(question.holidays);
  try {
    const hours = rules(question.hours);
    return question.at.map(([at, limit]) => opening(hours, at, limit));
  } catch (refusal) {
    return { refused: String(refusal) };
  }
}

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(answer(JSON.parse(line))));
