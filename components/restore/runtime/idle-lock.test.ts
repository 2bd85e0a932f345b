import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { IDLE_MINUTES, IdleLock } from "./idle-lock.ts";

const MINUTE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 24, 12) });
});
afterEach(() => {
  vi.useRealTimers();
});

test("it locks after 15 minutes unless somebody chose another time", () => {
  const lock = vi.fn();
  const idle = new IdleLock(lock);
  idle.start();
  vi.advanceTimersByTime(15 * MINUTE_MS - 1_000);
  expect(lock).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(lock).toHaveBeenCalled();
});

test("every choice counts from the moment at which it is made, and whoever is there moves the end", () => {
  for (const minutes of IDLE_MINUTES) {
    const lock = vi.fn();
    const idle = new IdleLock(lock);
    idle.start();
    idle.setMinutes(minutes);
    expect(idle.locksAtMs - Date.now()).toBe(minutes * MINUTE_MS);
    vi.advanceTimersByTime(minutes * MINUTE_MS - 1_000);
    idle.start();
    vi.advanceTimersByTime(minutes * MINUTE_MS - 1_000);
    expect(lock, `${minutes} minutes`).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(lock, `${minutes} minutes`).toHaveBeenCalled();
    idle.stop();
  }
  expect(IDLE_MINUTES).toEqual([5, 15, 30, 60]);
});

test("a choice before it is open starts no time, and another number is none", () => {
  const lock = vi.fn();
  const idle = new IdleLock(lock);
  idle.setMinutes(5);
  vi.advanceTimersByTime(60 * MINUTE_MS);
  expect(lock).not.toHaveBeenCalled();
  expect(() => idle.setMinutes(600)).toThrow(RangeError);
  expect(() => idle.setMinutes(0)).toThrow(RangeError);
  expect(idle.minutes).toBe(5);
});

test("a computer that slept past the time locks as soon as it wakes", () => {
  const lock = vi.fn();
  const idle = new IdleLock(lock);
  idle.start();
  vi.setSystemTime(Date.now() + 3 * 60 * MINUTE_MS);
  vi.advanceTimersByTime(1_000);
  expect(lock).toHaveBeenCalled();
});
