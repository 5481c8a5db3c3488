// What the batches of an epoch add up to: loss and metrics of all examples.
import { type Tensor, tensor } from '../../index.ts';
import type { Logs } from './callbacks.ts';
import type { Goals } from './goals.ts';
import type { Model } from './model.ts';

/** What a step gives: scalars. */
export interface StepResult {
  readonly loss: Tensor;
  readonly losses: readonly Tensor[];
  /** For each output and metric. */
  readonly sums: readonly (readonly (readonly Tensor[])[])[];
}

/** Loss and metrics of the batches so far. */
export class Totals {
  readonly #goals: Goals;
  readonly #model: Model;
  #rows = 0;
  #loss = 0;
  #losses: number[] = [];
  #sums: number[][][] = [];

  constructor(goals: Goals, model: Model) {
    this.#goals = goals;
    this.#model = model;
  }

  add({ loss, losses, sums }: StepResult, rows: number): void {
    this.#rows += rows;
    this.#loss += loss.item() * rows;
    losses.forEach((l, i) => {
      this.#losses[i] = (this.#losses[i] ?? 0) + l.item() * rows;
    });
    this.#sums = sums.map((output, i) =>
      output.map((metric, j) => metric.map((sum, k) => (this.#sums[i]?.[j]?.[k] ?? 0) + sum.item())),
    );
  }

  logs(): Logs {
    const goals = this.#goals.of(this.#model, this.#losses.length);
    const logs: Record<string, number> = { loss: this.#loss / this.#rows };
    goals.forEach(({ name, metrics }, i) => {
      if (name !== '') logs[`${name}.loss`] = this.#losses[i]! / this.#rows;
      metrics.forEach((m, j) => {
        const value = m.result(this.#sums[i]![j]!.map((sum) => tensor(sum))).item();
        logs[name === '' ? m.metricName : `${name}.${m.metricName}`] = value;
      });
    });
    return logs;
  }
}
