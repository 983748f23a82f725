import { asApiError, onSignedOut, type ApiError } from './api';
import { people, type Me, type Person, type Role } from './people';

/** Who is signed in, for every page. */
class Myself {
  /** The server has said so, one way or the other. */
  known = $state(false);
  accounts = $state(false);
  setup = $state(false);
  person = $state<Person | null>(null);
  error = $state<ApiError | null>(null);
  readonly signedOut = $derived(this.accounts && this.person === null);

  constructor() {
    onSignedOut(() => {
      this.accounts = true;
      this.person = null;
    });
    void this.load();
  }

  async load(): Promise<void> {
    try {
      this.take(await people.me());
      this.error = null;
    } catch (failure) {
      this.error = asApiError(failure);
    }
    this.known = true;
  }

  take(me: Me): void {
    this.accounts = me.accounts;
    this.setup = me.setup;
    this.person = me.person;
  }

  /** Whether one of these roles is theirs; without accounts everything is everybody's that takes none. */
  has(...roles: Role[]): boolean {
    return this.person !== null && roles.some((role) => this.person?.roles.includes(role));
  }

  async signOut(everywhere: boolean): Promise<void> {
    await (everywhere ? people.signOutEverywhere() : people.signOut());
    this.person = null;
  }
}

export const me = new Myself();
