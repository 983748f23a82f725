import { LINE_CHOICES, type LineChoice } from '../audio/telephone';

const KEY = 'ringside.line';

/** How the learner wants the line to sound; kept in this browser. */
class Choice {
  private chosen = $state<LineChoice>(stored());

  get current(): LineChoice {
    return this.chosen;
  }

  set current(choice: LineChoice) {
    this.chosen = choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // A browser that keeps nothing: the choice holds for this page.
    }
  }
}

function stored(): LineChoice {
  try {
    const value = localStorage.getItem(KEY);
    return LINE_CHOICES.find((choice) => choice === value) ?? 'scenario';
  } catch {
    return 'scenario';
  }
}

export const lineChoice = new Choice();
