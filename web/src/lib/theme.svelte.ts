export type Theme = 'light' | 'dark';

const KEY = 'ringside.theme';

/** The system's choice until the person makes their own; theirs is kept in this browser. */
class ThemeChoice {
  private readonly system = matchMedia('(prefers-color-scheme: dark)');
  private own = $state<Theme | null>(stored());
  private dark = $state(this.system.matches);
  readonly current: Theme = $derived(this.own ?? (this.dark ? 'dark' : 'light'));

  constructor() {
    this.system.addEventListener('change', (event) => (this.dark = event.matches));
    this.apply();
  }

  toggle(): void {
    this.own = this.current === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, this.own);
    } catch {
      // A browser that keeps nothing: the choice holds for this page.
    }
    this.apply();
  }

  private apply(): void {
    if (this.own) document.documentElement.dataset['theme'] = this.own;
  }
}

function stored(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}

export const theme = new ThemeChoice();
