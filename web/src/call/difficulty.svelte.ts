import { levelOf, type Difficulty } from '../lib/difficulty';

const KEY = 'ringside.difficulty';

/** How hard the learner wants their customers; null for each as its scenario is written. Kept in this browser. */
class Choice {
  private chosen = $state<Difficulty | null>(stored());

  get current(): Difficulty | null {
    return this.chosen;
  }

  set current(choice: Difficulty | null) {
    this.chosen = choice;
    try {
      if (choice === null) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, String(choice));
    } catch {
      // A browser that keeps nothing: the choice holds for this page.
    }
  }
}

function stored(): Difficulty | null {
  try {
    return levelOf(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

export const difficulty = new Choice();
