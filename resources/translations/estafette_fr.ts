<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR">
<context>
    <name>ActForm</name>
    <message>
        <source>Decision</source>
        <translation>Décision</translation>
    </message>
    <message>
        <source>Rather not</source>
        <translation>Finalement non</translation>
    </message>
    <message>
        <source>Decision: none is chosen.</source>
        <translation>Décision&#xa0;: aucune n’est choisie.</translation>
    </message>
    <message>
        <source>Choose one of the three.</source>
        <translation>Choisissez l’une des trois.</translation>
    </message>
</context>
<context>
    <name>Authors</name>
    <message>
        <source>Reading the form…</source>
        <translation>Lecture du formulaire…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Read again</source>
        <translation>Relire</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Rapport</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>changé</translation>
    </message>
    <message>
        <source>Filter by reference, value or state</source>
        <translation>Filtrer par référence, valeur ou état</translation>
    </message>
    <message>
        <source>Only what changed</source>
        <translation>Seulement ce qui a changé</translation>
    </message>
    <message>
        <source>Computed state</source>
        <translation>État calculé</translation>
    </message>
    <message>
        <source>The form speaks one language only.</source>
        <translation>Le formulaire ne parle qu’une langue.</translation>
    </message>
    <message>
        <source>Write it as 2026-11-23 10:00 or 23/11/2026 10:00.</source>
        <translation>Écrivez par exemple 23/11/2026 10:00 ou 2026-11-23 10:00.</translation>
    </message>
    <message>
        <source>This computer knows no such time zone.</source>
        <translation>Ce poste ne connaît pas ce fuseau.</translation>
    </message>
    <message>
        <source>Language of the form</source>
        <translation>Langue du formulaire</translation>
    </message>
    <message>
        <source>Day and time, as if it were</source>
        <translation>Comme si nous étions le</translation>
    </message>
    <message>
        <source>Time zone</source>
        <translation>Fuseau horaire</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Maintenant</translation>
    </message>
    <message>
        <source>They make the same filling again, anywhere: main.py form FILE --replay.</source>
        <translation>Elles refont la même saisie, partout&#xa0;: main.py form FILE --replay.</translation>
    </message>
    <message>
        <source>Save the steps…</source>
        <translation>Enregistrer les étapes…</translation>
    </message>
    <message>
        <source>Open steps…</source>
        <translation>Ouvrir des étapes…</translation>
    </message>
    <message>
        <source>Start over</source>
        <translation>Recommencer</translation>
    </message>
    <message>
        <source>Go into a question, or choose a line of the state.</source>
        <translation>Allez dans une question, ou choisissez une ligne de l’état.</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Pourquoi</translation>
    </message>
    <message>
        <source>Left out here</source>
        <translation>Laissé de côté ici</translation>
    </message>
    <message>
        <source>No formula says anything about it.</source>
        <translation>Aucune formule n’en dit rien.</translation>
    </message>
    <message>
        <source>An answer is required only if:</source>
        <translation>Une réponse n’est obligatoire que si&#xa0;:</translation>
    </message>
    <message>
        <source>It is read only if:</source>
        <translation>Elle n’est en lecture seule que si&#xa0;:</translation>
    </message>
    <message>
        <source>Always.</source>
        <translation>Toujours.</translation>
    </message>
    <message>
        <source>Sheet survey, row %1, cell %2: %3</source>
        <translation>Feuille survey, ligne %1, case %2&#xa0;: %3</translation>
    </message>
    <message>
        <source>State</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Trial</source>
        <translation>Essai</translation>
    </message>
    <message>
        <source>The reading was cancelled. F5 begins it again.</source>
        <translation>La lecture a été annulée. F5 la recommence.</translation>
    </message>
    <message>
        <source>The form was not read.</source>
        <translation>Le formulaire n’a pas été lu.</translation>
    </message>
    <message>
        <source>F5 reads it.</source>
        <translation>F5 le lit.</translation>
    </message>
    <message>
        <source>%1 · version %2 · %3 questions · %4 formulas</source>
        <translation>%1 · version %2 · %3 questions · %4 formules</translation>
    </message>
    <message>
        <source>This form cannot be published as it is.</source>
        <translation>Ce formulaire ne peut pas être publié tel quel.</translation>
    </message>
    <message>
        <source>What works can be tried all the same.</source>
        <translation>Ce qui marche s’essaie quand même. Entrée va à la question.</translation>
    </message>
    <message>
        <source>This form can be published.</source>
        <translation>Ce formulaire peut être publié.</translation>
    </message>
    <message>
        <source>Return goes to the question.</source>
        <translation>Entrée va à la question.</translation>
    </message>
    <message>
        <source>There is nothing to say about it.</source>
        <translation>Il n’y a rien à en dire.</translation>
    </message>
    <message>
        <source>Mend this in the file and save it: it is read again at once.</source>
        <translation>Corrigez cela dans le fichier et enregistrez-le&#xa0;: il est relu aussitôt.</translation>
    </message>
    <message>
        <source>The file does not open</source>
        <translation>Le fichier ne s’ouvre pas</translation>
    </message>
    <message>
        <source>The file does not open any more; the form beside is the one before</source>
        <translation>Le fichier ne s’ouvre plus&#xa0;; le formulaire à côté est le précédent</translation>
    </message>
    <message>
        <source>The form does not open yet</source>
        <translation>Le formulaire ne s’ouvre pas encore</translation>
    </message>
    <message>
        <source>The report says why. The window follows the file: save it once it is mended.</source>
        <translation>Le rapport dit pourquoi. La fenêtre suit le fichier&#xa0;: enregistrez-le une fois corrigé.</translation>
    </message>
    <message>
        <source>Read again; every answer was kept.</source>
        <translation>Relu&#xa0;; toutes les réponses sont gardées.</translation>
    </message>
    <message>
        <source>The trial begins anew.</source>
        <translation>L’essai recommence.</translation>
    </message>
    <message>
        <source>Saved in %1: %2.</source>
        <translation>Enregistré dans %1&#xa0;: %2.</translation>
    </message>
    <message>
        <source>Save the steps</source>
        <translation>Enregistrer les étapes</translation>
    </message>
    <message>
        <source>Open steps</source>
        <translation>Ouvrir des étapes</translation>
    </message>
    <message>
        <source>This line is about no question in particular.</source>
        <translation>Cette ligne ne parle d’aucune question en particulier.</translation>
    </message>
    <message>
        <source>The form is complete: an agent could hand it in. Here nothing is sent.</source>
        <translation>Le formulaire est complet&#xa0;: un agent pourrait le déposer. Ici rien n’est envoyé.</translation>
    </message>
    <message>
        <source>Something unexpected happened; the console says what.</source>
        <translation>Quelque chose d’imprévu est arrivé&#xa0;; la console dit quoi.</translation>
    </message>
    <message>
        <source>To be mended before anyone can use the form</source>
        <translation>À corriger avant que quiconque s’en serve</translation>
    </message>
    <message>
        <source>What cannot be asked here yet</source>
        <translation>Ce qui ne peut pas encore être posé ici</translation>
    </message>
    <message>
        <source>Mended while reading</source>
        <translation>Corrigé à la lecture</translation>
    </message>
    <message>
        <source>Worth a look</source>
        <translation>À regarder</translation>
    </message>
    <message>
        <source>What ODK Collect reads differently</source>
        <translation>Ce qu’ODK Collect lira autrement</translation>
    </message>
    <message>
        <source>What a desk does without</source>
        <translation>Ce dont un guichet se passe</translation>
    </message>
    <message>
        <source>Formulas that need each other</source>
        <translation>Formules qui se mordent la queue</translation>
    </message>
    <message>
        <source>What the converter remarks (in its own words)</source>
        <translation>Ce que le convertisseur remarque (dans ses mots)</translation>
    </message>
    <message>
        <source>To mend</source>
        <translation>À corriger</translation>
    </message>
    <message>
        <source>Certain</source>
        <translation>Sûr</translation>
    </message>
    <message>
        <source>Likely</source>
        <translation>Probable</translation>
    </message>
    <message>
        <source>To check</source>
        <translation>À vérifier</translation>
    </message>
    <message>
        <source>To know</source>
        <translation>À savoir</translation>
    </message>
    <message>
        <source>Does not open</source>
        <translation>Ne s’ouvre pas</translation>
    </message>
    <message>
        <source>Can be published</source>
        <translation>Publiable</translation>
    </message>
    <message>
        <source>Not to be published yet</source>
        <translation>Pas encore publiable</translation>
    </message>
    <message>
        <source>not asked</source>
        <translation>non posée</translation>
    </message>
    <message>
        <source>not worked out</source>
        <translation>non calculée</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>refusée</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>manque</translation>
    </message>
    <message>
        <source>required</source>
        <translation>obligatoire</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>calculée</translation>
    </message>
    <message>
        <source>read only</source>
        <translation>lecture seule</translation>
    </message>
    <message>
        <source>group or row</source>
        <translation>groupe ou ligne</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>vide</translation>
    </message>
    <message>
        <source>When it is asked</source>
        <translation>Quand elle est posée</translation>
    </message>
    <message>
        <source>When it is required</source>
        <translation>Quand elle est obligatoire</translation>
    </message>
    <message>
        <source>When it is read only</source>
        <translation>Quand elle est en lecture seule</translation>
    </message>
    <message>
        <source>What it accepts</source>
        <translation>Ce qu’elle accepte</translation>
    </message>
    <message>
        <source>Where its value comes from</source>
        <translation>D’où vient sa valeur</translation>
    </message>
    <message>
        <source>How many rows there are</source>
        <translation>Combien il y a de lignes</translation>
    </message>
    <message>
        <source>Which choices are offered</source>
        <translation>Quels choix sont offerts</translation>
    </message>
    <message>
        <source>What stands there at first</source>
        <translation>Ce qui y est au départ</translation>
    </message>
    <message>
        <source>A trial: nothing is kept or sent; closing forgets it</source>
        <translation>Un essai&#xa0;: rien n’est gardé, rien n’est envoyé&#xa0;; fermer efface tout</translation>
    </message>
    <message>
        <source>Left out here, so that the rest can be tried: %1.</source>
        <translation>Laissé de côté ici, pour que le reste s’essaie&#xa0;: %1.</translation>
    </message>
    <message>
        <source>No agent can be asked this yet: %1. What would be stored can be typed.</source>
        <translation>Pas encore posé aux agents&#xa0;: %1. La valeur qui serait enregistrée peut être tapée.</translation>
    </message>
</context>
<context>
    <name>BesideCard</name>
    <message>
        <source>Propose a decision</source>
        <translation>Proposer une décision</translation>
    </message>
    <message>
        <source>Record a decision handed over on paper</source>
        <translation>Noter une décision remise sur papier</translation>
    </message>
    <message>
        <source>Take the proposal back</source>
        <translation>Retirer la proposition</translation>
    </message>
    <message>
        <source>Proposed by %1</source>
        <translation>Proposée par %1</translation>
    </message>
    <message>
        <source>Handed over on paper on %1: %2</source>
        <translation>Remise sur papier le %1&#xa0;: %2</translation>
    </message>
    <message>
        <source>recorded by %1</source>
        <translation>noté par %1</translation>
    </message>
    <message>
        <source>No supervisor has decided yet: the case still awaits the decision.</source>
        <translation>Aucun responsable n’a encore décidé : le dossier attend toujours la décision.</translation>
    </message>
    <message>
        <source>This decision holds no more: a supervisor has said so.</source>
        <translation>Cette décision ne tient plus&#xa0;: un responsable l’a dit.</translation>
    </message>
    <message>
        <source>Proposal saved on this computer</source>
        <translation>Proposition enregistrée sur ce poste</translation>
    </message>
    <message>
        <source>Decision on paper saved on this computer</source>
        <translation>Décision sur papier enregistrée sur ce poste</translation>
    </message>
    <message>
        <source>Proposal taken back</source>
        <translation>Proposition retirée</translation>
    </message>
</context>
<context>
    <name>CaseListScreen</name>
    <message>
        <source>Which cases are listed</source>
        <translation>Dossiers affichés</translation>
    </message>
    <message>
        <source>All cases</source>
        <translation>Tous les dossiers</translation>
    </message>
    <message>
        <source>To settle</source>
        <translation>À départager</translation>
    </message>
    <message>
        <source>Receive someone</source>
        <translation>Recevoir quelqu’un</translation>
    </message>
    <message>
        <source>No case here yet</source>
        <translation>Aucun dossier ici pour l’instant</translation>
    </message>
    <message>
        <source>A case begins with the person: search them first.</source>
        <translation>Un dossier commence par la personne : cherchez-la d’abord.</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>Dossiers</translation>
    </message>
    <message>
        <source>Every case that this computer holds, the newest activity first. The arrows move, the panel on the right says what a case is about, Return opens it. The list above the table keeps the cases of one state.</source>
        <translation>Tous les dossiers de ce poste, les plus récemment modifiés d’abord. Les flèches déplacent la sélection, le panneau de droite résume le dossier, Entrée l’ouvre. La liste au-dessus du tableau ne garde que les dossiers d’un état.</translation>
    </message>
    <message>
        <source>List of cases</source>
        <translation>Liste des dossiers</translation>
    </message>
    <message>
        <source>Columns of the list of cases</source>
        <translation>Colonnes de la liste des dossiers</translation>
    </message>
</context>
<context>
    <name>CaseTable</name>
    <message>
        <source>State</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Citizen</source>
        <translation>Usager</translation>
    </message>
    <message>
        <source>Procedure</source>
        <translation>Démarche</translation>
    </message>
    <message>
        <source>Tracking code</source>
        <translation>Code de suivi</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Modifié</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Agent</translation>
    </message>
</context>
<context>
    <name>Citizen</name>
    <message>
        <source>Family name</source>
        <translation>Nom</translation>
    </message>
    <message>
        <source>Given names</source>
        <translation>Prénoms</translation>
    </message>
    <message>
        <source>Birth name</source>
        <translation>Nom de naissance</translation>
    </message>
    <message>
        <source>Date of birth</source>
        <translation>Date de naissance</translation>
    </message>
    <message>
        <source>Place of birth</source>
        <translation>Lieu de naissance</translation>
    </message>
    <message>
        <source>Phone</source>
        <translation>Téléphone</translation>
    </message>
    <message>
        <source>Email</source>
        <translation>Courriel</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Postcode</source>
        <translation>Code postal</translation>
    </message>
    <message>
        <source>Commune</source>
        <translation>Commune</translation>
    </message>
</context>
<context>
    <name>CitizenForm</name>
    <message>
        <source>This is not an email address. It looks like nom@exemple.fr</source>
        <translation>Ce n’est pas une adresse de courriel. Elle ressemble à nom@exemple.fr</translation>
    </message>
    <message>
        <source>A postcode has five digits, for instance 48000.</source>
        <translation>Un code postal a cinq chiffres, par exemple 48000.</translation>
    </message>
    <message>
        <source>Enter the family name.</source>
        <translation>Indiquez le nom.</translation>
    </message>
    <message>
        <source>Enter the given names.</source>
        <translation>Indiquez les prénoms.</translation>
    </message>
    <message>
        <source>Enter the date of birth.</source>
        <translation>Indiquez la date de naissance.</translation>
    </message>
    <message>
        <source>This is not a date. Type for instance 03041950 or 3/4/1950.</source>
        <translation>Ce n’est pas une date. Tapez par exemple 03041950 ou 3/4/1950.</translation>
    </message>
    <message>
        <source>This date is in the future.</source>
        <translation>Cette date est dans le futur.</translation>
    </message>
    <message>
        <source>This date is more than 130 years ago.</source>
        <translation>Cette date remonte à plus de 130 ans.</translation>
    </message>
    <message>
        <source>A phone number has ten digits, for instance 06 12 34 56 78.</source>
        <translation>Un numéro de téléphone a dix chiffres, par exemple 06 12 34 56 78.</translation>
    </message>
    <message>
        <source> (optional)</source>
        <translation> (facultatif)</translation>
    </message>
    <message>
        <source>3/4/1950 or 030450</source>
        <translation>3/4/1950 ou 030450</translation>
    </message>
</context>
<context>
    <name>CitizenScreen</name>
    <message>
        <source>New case</source>
        <translation>Nouveau dossier</translation>
    </message>
    <message>
        <source>Correct</source>
        <translation>Corriger</translation>
    </message>
    <message>
        <source>Same person as…</source>
        <translation>Même personne que…</translation>
    </message>
    <message>
        <source>Cases of this citizen</source>
        <translation>Dossiers de cet usager</translation>
    </message>
    <message>
        <source>No case yet.</source>
        <translation>Aucun dossier pour l’instant.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Enregistrer</translation>
    </message>
    <message>
        <source>Citizen</source>
        <translation>Usager</translation>
    </message>
    <message>
        <source>What is known of the person, and their cases. « New case » lets you choose a procedure; « Correct » changes what is known; « Same person as… » says that a person was recorded twice.</source>
        <translation>Ce que l’on sait de la personne, et ses dossiers. «&#xa0;Nouveau dossier&#xa0;» fait choisir une démarche&#xa0;; «&#xa0;Corriger&#xa0;» change ce que l’on sait&#xa0;; «&#xa0;Même personne que…&#xa0;» dit qu’une personne a été enregistrée deux fois.</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>Dossiers</translation>
    </message>
    <message>
        <source>Give up the changes</source>
        <translation>Abandonner les modifications</translation>
    </message>
    <message>
        <source>born %1</source>
        <translation>né(e) le %1</translation>
    </message>
    <message numerus="yes">
        <source>%n field(s) to settle</source>
        <translation>
            <numerusform>%n champ à départager</numerusform>
            <numerusform>%n champs à départager</numerusform>
        </translation>
    </message>
    <message>
        <source>Two people wrote different values; the latest is shown. See « To settle ».</source>
        <translation>Deux personnes ont écrit des valeurs différentes ; la plus récente est affichée. Voyez «&#xa0;À départager&#xa0;».</translation>
    </message>
    <message>
        <source>Linked: the same person</source>
        <translation>Fiches liées&#xa0;: c’est la même personne</translation>
    </message>
    <message>
        <source>Link taken back: each record stands for itself again</source>
        <translation>Lien retiré&#xa0;: chaque fiche vaut de nouveau pour elle-même</translation>
    </message>
    <message>
        <source>Saved on this computer</source>
        <translation>Enregistré sur ce poste</translation>
    </message>
</context>
<context>
    <name>CitizensScreen</name>
    <message>
        <source>Search a citizen</source>
        <translation>Chercher un usager</translation>
    </message>
    <message>
        <source>Name, date of birth, phone, commune…</source>
        <translation>Nom, date de naissance, téléphone, commune…</translation>
    </message>
    <message>
        <source>Citizens found</source>
        <translation>Usagers trouvés</translation>
    </message>
    <message>
        <source>Create a citizen</source>
        <translation>Créer un usager</translation>
    </message>
    <message>
        <source>No citizen on this computer yet</source>
        <translation>Aucun usager sur ce poste pour l’instant</translation>
    </message>
    <message>
        <source>Type the name of the person in front of you.</source>
        <translation>Tapez le nom de la personne que vous recevez.</translation>
    </message>
    <message>
        <source>Citizens with a near name</source>
        <translation>Usagers au nom proche</translation>
    </message>
    <message>
        <source>Save the citizen</source>
        <translation>Enregistrer l’usager</translation>
    </message>
    <message>
        <source>Citizens</source>
        <translation>Usagers</translation>
    </message>
    <message>
        <source>Search the person first: accents and small typing errors do not matter, a date of birth or a phone number works too. Return opens the first one. When nobody matches, create the citizen: while you type the name, near matches are listed beside the form, so that nobody is created twice.</source>
        <translation>Cherchez d’abord la personne : les accents et les petites fautes de frappe ne comptent pas, une date de naissance ou un téléphone conviennent aussi. Entrée ouvre le premier. Si personne ne correspond, créez l’usager : pendant que vous tapez le nom, les noms proches s’affichent à côté, pour que personne ne soit créé deux fois.</translation>
    </message>
    <message>
        <source>Who is the case for?</source>
        <translation>Pour qui est le dossier ?</translation>
    </message>
    <message>
        <source>Search the person first. If nobody matches, you can create them here.</source>
        <translation>Cherchez d’abord la personne. Si personne ne correspond, vous pourrez la créer ici.</translation>
    </message>
    <message>
        <source>Back to the search</source>
        <translation>Revenir à la recherche</translation>
    </message>
    <message>
        <source>New citizen</source>
        <translation>Nouvel usager</translation>
    </message>
    <message>
        <source>Family name, given names and date of birth are needed; the rest helps.</source>
        <translation>Le nom, les prénoms et la date de naissance sont nécessaires ; le reste aide.</translation>
    </message>
    <message>
        <source>No near match</source>
        <translation>Aucun nom proche</translation>
    </message>
    <message>
        <source>Is it one of them? Open it instead of creating a second one.</source>
        <translation>Est-ce l’un d’eux ? Ouvrez-le plutôt que d’en créer un second.</translation>
    </message>
    <message>
        <source>No citizen matches « %1 »</source>
        <translation>Aucun usager ne correspond à «&#xa0;%1&#xa0;»</translation>
    </message>
    <message>
        <source>Nobody here by that name</source>
        <translation>Personne à ce nom</translation>
    </message>
    <message>
        <source>Check the spelling, or create the citizen.</source>
        <translation>Vérifiez l’orthographe, ou créez l’usager.</translation>
    </message>
    <message numerus="yes">
        <source>%n citizen(s) found</source>
        <translation>
            <numerusform>%n usager trouvé</numerusform>
            <numerusform>%n usagers trouvés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n near match(es)</source>
        <translation>
            <numerusform>%n nom proche</numerusform>
            <numerusform>%n noms proches</numerusform>
        </translation>
    </message>
    <message>
        <source>People with a near name appear here while you type.</source>
        <translation>Les personnes de nom proche apparaissent ici pendant la saisie.</translation>
    </message>
    <message>
        <source>Citizen saved on this computer</source>
        <translation>Usager enregistré sur ce poste</translation>
    </message>
</context>
<context>
    <name>ContestedCard</name>
    <message>
        <source>Open the case</source>
        <translation>Ouvrir le dossier</translation>
    </message>
    <message>
        <source>Write another value</source>
        <translation>Écrire une autre valeur</translation>
    </message>
    <message>
        <source>The case is decided: only your supervisor can settle this field, and the decision stands.</source>
        <translation>Le dossier est décidé&#xa0;: seul votre responsable peut départager ce champ, et la décision demeure.</translation>
    </message>
    <message>
        <source>The case was submitted meanwhile: your supervisor settles this field.</source>
        <translation>Ce champ n’est plus à votre main&#xa0;: votre responsable le départage.</translation>
    </message>
    <message>
        <source>Shown meanwhile</source>
        <translation>Affichée en attendant</translation>
    </message>
    <message>
        <source>The other value</source>
        <translation>L’autre valeur</translation>
    </message>
    <message>
        <source>on this computer</source>
        <translation>sur ce poste</translation>
    </message>
    <message>
        <source>on another computer</source>
        <translation>sur un autre poste</translation>
    </message>
    <message>
        <source>had before their eyes: %1</source>
        <translation>avait sous les yeux&#xa0;:&#xa0;%1</translation>
    </message>
    <message>
        <source>Keep this value</source>
        <translation>Garder cette valeur</translation>
    </message>
    <message>
        <source>Keep this value (Alt+%1)</source>
        <translation>Garder cette valeur (Alt+%1)</translation>
    </message>
    <message>
        <source>Keep « %1 »</source>
        <translation>Garder «&#xa0;%1&#xa0;»</translation>
    </message>
    <message>
        <source>Keep what I wrote</source>
        <translation>Garder ce que j’ai écrit</translation>
    </message>
    <message>
        <source>Rather not</source>
        <translation>Finalement non</translation>
    </message>
</context>
<context>
    <name>ContestedScreen</name>
    <message>
        <source>Both values are kept</source>
        <translation>Les deux valeurs sont gardées</translation>
    </message>
    <message>
        <source>Two people changed the same field without having seen each other&apos;s work. Choose the right value, or write another; a colleague who knows the person helps. What you choose can be taken back.</source>
        <translation>Deux personnes ont modifié le même champ sans avoir vu le travail de l’autre. Choisissez la bonne valeur, ou écrivez-en une autre, au besoin avec votre collègue. Votre choix peut être annulé.</translation>
    </message>
    <message>
        <source>Nothing to settle</source>
        <translation>Rien à départager</translation>
    </message>
    <message>
        <source>Fields that two people changed at the same time appear here.</source>
        <translation>Les champs que deux personnes ont modifiés en même temps s’affichent ici.</translation>
    </message>
    <message>
        <source>Settled on this computer lately</source>
        <translation>Départagés récemment sur ce poste</translation>
    </message>
    <message>
        <source>To settle</source>
        <translation>À départager</translation>
    </message>
    <message>
        <source>Fields with two different values that nobody has compared yet. Nothing is lost: both values stay in the history. Tab goes from choice to choice, Return takes one; Alt+1 and Alt+2 take a value of the card where you are. Ctrl+Shift+Z takes back what was just settled.</source>
        <translation>Les champs qui ont deux valeurs différentes que personne n’a encore comparées. Rien n’est perdu&#xa0;: les deux valeurs restent dans l’historique. Tab passe d’un choix à l’autre, Entrée le prend&#xa0;; Alt+1 et Alt+2 prennent une valeur de la carte où vous êtes. Ctrl+Maj+Z annule ce qui vient d’être départagé.</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>et %n autre</numerusform>
            <numerusform>et %n autres</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: « %2 »</source>
        <translation>%1&#xa0;: «&#xa0;%2&#xa0;»</translation>
    </message>
    <message>
        <source>Take it back</source>
        <translation>Annuler ce choix</translation>
    </message>
    <message>
        <source>Back to « %1 »</source>
        <translation>Revenir à «&#xa0;%1&#xa0;»</translation>
    </message>
    <message>
        <source>Taken back: the values wait to be settled again</source>
        <translation>Repris&#xa0;: les valeurs sont à départager de nouveau</translation>
    </message>
    <message>
        <source>your supervisor can choose anew</source>
        <translation>votre responsable peut choisir de nouveau</translation>
    </message>
    <message>
        <source>Settled; another value has come meanwhile and is to be settled too</source>
        <translation>Départagé&#xa0;; une autre valeur est arrivée entre-temps, à départager aussi</translation>
    </message>
    <message>
        <source>%1 settled: « %2 »</source>
        <translation>%1&#xa0;: «&#xa0;%2&#xa0;» est gardé</translation>
    </message>
</context>
<context>
    <name>Counts</name>
    <message numerus="yes">
        <source>%n answer(s) to check</source>
        <translation>
            <numerusform>%n réponse à vérifier</numerusform>
            <numerusform>%n réponses à vérifier</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n point(s)</source>
        <translation>
            <numerusform>%n point</numerusform>
            <numerusform>%n points</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more; F8 goes to the next one</source>
        <translation>
            <numerusform>et %n autre ; F8 va à la suivante</numerusform>
            <numerusform>et %n autres ; F8 va à la suivante</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Dates</name>
    <message>
        <source>today at %1</source>
        <translation>aujourd’hui à %1</translation>
    </message>
    <message>
        <source>yesterday at %1</source>
        <translation>hier à %1</translation>
    </message>
    <message>
        <source>%1 at %2</source>
        <translation>%1 à %2</translation>
    </message>
    <message>
        <source>less than a minute</source>
        <translation>moins d’une minute</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>last day</source>
        <translation>dernier jour</translation>
    </message>
</context>
<context>
    <name>Errors</name>
    <message>
        <source>What you entered is still here.</source>
        <translation>Votre saisie est toujours là.</translation>
    </message>
    <message>
        <source>Everything saved so far is safe on this computer.</source>
        <translation>Tout ce qui est déjà enregistré reste sur ce poste.</translation>
    </message>
    <message>
        <source>This passphrase does not open the workspace.</source>
        <translation>Cette phrase secrète n’ouvre pas l’espace de travail.</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>Essayez encore.</translation>
    </message>
    <message>
        <source>Too many attempts.</source>
        <translation>Trop d’essais.</translation>
    </message>
    <message>
        <source>Wait a moment, then try again.</source>
        <translation>Attendez un moment, puis essayez encore.</translation>
    </message>
    <message>
        <source>This passphrase is too weak.</source>
        <translation>Cette phrase secrète est trop faible.</translation>
    </message>
    <message>
        <source>Use five words, or 12 characters.</source>
        <translation>Prenez cinq mots, ou 12 caractères.</translation>
    </message>
    <message>
        <source>There is no workspace in this folder.</source>
        <translation>Il n’y a pas d’espace de travail dans ce dossier.</translation>
    </message>
    <message>
        <source>Start Estafette again to enrol this computer.</source>
        <translation>Relancez Estafette pour inscrire ce poste.</translation>
    </message>
    <message>
        <source>Other accounts of this computer could read the device secret: it is not used.</source>
        <translation>D’autres comptes de ce poste pourraient lire le secret du poste : il n’est pas utilisé.</translation>
    </message>
    <message>
        <source>Ask your IT support to restrict the file to your account.</source>
        <translation>Demandez au service informatique de réserver le fichier à votre compte.</translation>
    </message>
    <message>
        <source>The central service answered, but could not do it.</source>
        <translation>Le service central a répondu, mais n’a pas pu le faire.</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>Essayez encore dans un moment.</translation>
    </message>
    <message>
        <source>This workspace was made by a newer version of Estafette.</source>
        <translation>Cet espace de travail vient d’une version plus récente d’Estafette.</translation>
    </message>
    <message>
        <source>Nothing was changed in it.</source>
        <translation>Rien n’y a été changé.</translation>
    </message>
    <message>
        <source>Install the latest version, or ask your IT support.</source>
        <translation>Installez la dernière version, ou demandez au service informatique.</translation>
    </message>
    <message>
        <source>The disk of this computer is full: this could not be saved.</source>
        <translation>Le disque de ce poste est plein : l’enregistrement n’a pas pu se faire.</translation>
    </message>
    <message>
        <source>Free some space, then save again.</source>
        <translation>Libérez de la place, puis enregistrez de nouveau.</translation>
    </message>
    <message>
        <source>The folder of this workspace cannot be written.</source>
        <translation>On ne peut pas écrire dans le dossier de cet espace de travail.</translation>
    </message>
    <message>
        <source>Ask your IT support for the right to write in it.</source>
        <translation>Demandez au service informatique le droit d’y écrire.</translation>
    </message>
    <message>
        <source>The workspace could not be read or written.</source>
        <translation>L’espace de travail n’a pas pu être lu ou écrit.</translation>
    </message>
    <message>
        <source>The workspace is closed.</source>
        <translation>L’espace de travail est fermé.</translation>
    </message>
    <message>
        <source>Start Estafette again.</source>
        <translation>Relancez Estafette.</translation>
    </message>
    <message>
        <source>A part of this installation is too old to keep your data safely.</source>
        <translation>Une partie de cette installation est trop ancienne pour garder vos données en sûreté.</translation>
    </message>
    <message>
        <source>This computer is enrolled already.</source>
        <translation>Ce poste est déjà inscrit.</translation>
    </message>
    <message>
        <source>Start Estafette again to open your workspace.</source>
        <translation>Relancez Estafette pour ouvrir votre espace de travail.</translation>
    </message>
    <message>
        <source>This workspace is of another office than the one where you work now.</source>
        <translation>Cet espace de travail est celui d&apos;un autre site que celui où vous travaillez maintenant.</translation>
    </message>
    <message>
        <source>Your supervisor can put you there again: the same code will do.</source>
        <translation>Votre responsable peut vous y affecter de nouveau : le même code servira.</translation>
    </message>
    <message>
        <source>This workspace was enrolled before, then revoked: it cannot be enrolled again.</source>
        <translation>Cet espace de travail a déjà été inscrit, puis révoqué : il ne peut plus l&apos;être.</translation>
    </message>
    <message>
        <source>Open another workspace with a new code, or ask your supervisor.</source>
        <translation>Ouvrez un autre espace avec un nouveau code, ou voyez votre responsable.</translation>
    </message>
    <message>
        <source>This computer is not enrolled yet.</source>
        <translation>Ce poste n’est pas encore inscrit.</translation>
    </message>
    <message>
        <source>This text is too long to be saved.</source>
        <translation>Ce texte est trop long pour être enregistré.</translation>
    </message>
    <message>
        <source>Shorten it, then save again.</source>
        <translation>Raccourcissez-le, puis enregistrez de nouveau.</translation>
    </message>
    <message>
        <source>The file could not be written there.</source>
        <translation>Le fichier n’a pas pu être écrit à cet endroit.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Choisissez un autre dossier.</translation>
    </message>
    <message>
        <source>There is another file of that name, which is no PDF.</source>
        <translation>Un autre fichier porte déjà ce nom, et ce n’est pas un PDF.</translation>
    </message>
    <message>
        <source>It was left as it is.</source>
        <translation>Il a été laissé tel quel.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Choisissez un autre nom.</translation>
    </message>
    <message>
        <source>This form is too long to be printed in one go: it would take more than 200 pages.</source>
        <translation>Ce formulaire est trop long pour être imprimé en une fois&#xa0;: il ferait plus de 200&#xa0;pages.</translation>
    </message>
    <message>
        <source>Nothing is lost: all answers can still be read on the screen.</source>
        <translation>Rien n’est perdu&#xa0;: toutes les réponses restent lisibles à l’écran.</translation>
    </message>
    <message>
        <source>Ask its author to divide it into several forms with fewer rows each.</source>
        <translation>Demandez à son auteur de le couper en plusieurs formulaires, avec moins de lignes chacun.</translation>
    </message>
    <message>
        <source>See whether it is still there, then read it again (F5).</source>
        <translation>Voyez s’il est toujours là, puis relisez-le (F5).</translation>
    </message>
    <message>
        <source>What is on the screen stays.</source>
        <translation>Ce qui est à l’écran reste.</translation>
    </message>
    <message>
        <source>This computer has no keyring to hold the device secret.</source>
        <translation>Ce poste n’a pas de trousseau pour garder son secret.</translation>
    </message>
    <message>
        <source>Nothing was created.</source>
        <translation>Rien n’a été créé.</translation>
    </message>
    <message>
        <source>This computer does not hold the secret that opens this workspace.</source>
        <translation>Ce poste n’a pas le secret qui ouvre cet espace de travail.</translation>
    </message>
    <message>
        <source>Some stored data is damaged and was set aside.</source>
        <translation>Des données enregistrées sont abîmées et ont été mises de côté.</translation>
    </message>
    <message>
        <source>It is never sent.</source>
        <translation>Elles ne seront jamais envoyées.</translation>
    </message>
    <message>
        <source>Call your IT support.</source>
        <translation>Appelez le service informatique.</translation>
    </message>
    <message>
        <source>The central service cannot be reached.</source>
        <translation>Le service central est injoignable.</translation>
    </message>
    <message>
        <source>Check the address and the network, then try again.</source>
        <translation>Vérifiez l’adresse et le réseau, puis essayez encore.</translation>
    </message>
    <message>
        <source>The central service takes too long to answer.</source>
        <translation>Le service central met trop de temps à répondre.</translation>
    </message>
    <message>
        <source>A page of the local network answers in place of the central service.</source>
        <translation>Une page du réseau local répond à la place du service central.</translation>
    </message>
    <message>
        <source>Open a web browser, sign in to the network, then try again.</source>
        <translation>Ouvrez un navigateur, connectez-vous au réseau, puis essayez encore.</translation>
    </message>
    <message>
        <source>The central service could not prove who it is: the connection was refused.</source>
        <translation>Le service central n’a pas pu prouver son identité : la connexion a été refusée.</translation>
    </message>
    <message>
        <source>Check the address and this computer&apos;s clock, or ask your IT support.</source>
        <translation>Vérifiez l’adresse et l’heure de ce poste, ou demandez au service informatique.</translation>
    </message>
    <message>
        <source>The answer is not the central service&apos;s own: it was altered on the way, and not used.</source>
        <translation>La réponse n’est pas celle du service central : elle a été modifiée en chemin et n’a pas été prise.</translation>
    </message>
    <message>
        <source>It is tried again by itself. If it goes on, tell your IT support.</source>
        <translation>Un nouvel essai se fait tout seul. Si cela continue, prévenez le service informatique.</translation>
    </message>
    <message>
        <source>This address is not protected.</source>
        <translation>Cette adresse n’est pas protégée.</translation>
    </message>
    <message>
        <source>Use the address that begins with https://</source>
        <translation>Utilisez l’adresse qui commence par https://</translation>
    </message>
    <message>
        <source>This is not the address of a service.</source>
        <translation>Ce n’est pas l’adresse d’un service.</translation>
    </message>
    <message>
        <source>It looks like https://estafette.example.fr</source>
        <translation>Elle ressemble à https://estafette.example.fr</translation>
    </message>
    <message>
        <source>The central service does not know this enrolment code.</source>
        <translation>Le service central ne connaît pas ce code d’inscription.</translation>
    </message>
    <message>
        <source>Check it letter by letter, or ask for a new one.</source>
        <translation>Vérifiez-le lettre par lettre, ou demandez-en un nouveau.</translation>
    </message>
    <message>
        <source>This enrolment code was already used or has expired.</source>
        <translation>Ce code d’inscription a déjà servi ou a expiré.</translation>
    </message>
    <message>
        <source>Ask your supervisor for a new one.</source>
        <translation>Demandez-en un nouveau à votre responsable.</translation>
    </message>
    <message>
        <source>This computer&apos;s access was withdrawn.</source>
        <translation>L’accès de ce poste a été retiré.</translation>
    </message>
    <message>
        <source>Call your supervisor.</source>
        <translation>Appelez votre responsable.</translation>
    </message>
    <message>
        <source>The case is no longer in a state where this can be done.</source>
        <translation>L’état du dossier ne permet plus de le faire.</translation>
    </message>
    <message>
        <source>Read its history, then choose the next step.</source>
        <translation>Lisez son historique, puis choisissez la suite.</translation>
    </message>
    <message>
        <source>The case changed meanwhile; nothing was moved.</source>
        <translation>Le dossier a changé entre-temps&#xa0;; rien n’a été déplacé.</translation>
    </message>
    <message>
        <source>Look again at what the change would do.</source>
        <translation>Regardez de nouveau ce que donnerait le changement.</translation>
    </message>
    <message>
        <source>A colleague changed this case meanwhile.</source>
        <translation>Un collègue a modifié ce dossier entre-temps.</translation>
    </message>
    <message>
        <source>Look at the new values, then go on.</source>
        <translation>Regardez les nouvelles valeurs, puis continuez.</translation>
    </message>
    <message>
        <source>Some questions still need an answer.</source>
        <translation>Il manque encore des réponses.</translation>
    </message>
    <message>
        <source>They are marked in the form.</source>
        <translation>Elles sont signalées dans le formulaire.</translation>
    </message>
    <message>
        <source>This case was submitted already.</source>
        <translation>Ce dossier est déjà transmis.</translation>
    </message>
    <message>
        <source>Its receipt is on the page « Receipt ».</source>
        <translation>Son récépissé est sur la page «&#xa0;Récépissé&#xa0;».</translation>
    </message>
    <message>
        <source>This text holds an invisible character that cannot be saved.</source>
        <translation>Ce texte contient un signe invisible qui ne peut pas être enregistré.</translation>
    </message>
    <message>
        <source>Type it again in this field.</source>
        <translation>Retapez-le dans ce champ.</translation>
    </message>
    <message>
        <source>This computer was restored or copied.</source>
        <translation>Ce poste a été restauré ou copié.</translation>
    </message>
    <message>
        <source>Tell your supervisor; go on working.</source>
        <translation>Prévenez votre responsable ; vous pouvez continuer à travailler.</translation>
    </message>
    <message>
        <source>The central service was restored from a copy.</source>
        <translation>Le service central a été restauré depuis une copie.</translation>
    </message>
    <message>
        <source>This computer sends again what it keeps.</source>
        <translation>Ce poste renvoie ce qu’il garde.</translation>
    </message>
    <message>
        <source>The date of this computer makes no sense.</source>
        <translation>La date de ce poste n’a pas de sens.</translation>
    </message>
    <message>
        <source>Set the date and time of this computer.</source>
        <translation>Réglez la date et l’heure de ce poste.</translation>
    </message>
    <message>
        <source>This computer does not hold that procedure yet.</source>
        <translation>Ce poste n’a pas encore cette démarche.</translation>
    </message>
    <message>
        <source>It arrives at the next contact with the central service.</source>
        <translation>Elle arrivera au prochain contact avec le service central.</translation>
    </message>
    <message>
        <source>A file of the program is missing.</source>
        <translation>Il manque un fichier du programme.</translation>
    </message>
    <message>
        <source>Install Estafette again, or ask your IT support.</source>
        <translation>Réinstallez Estafette, ou demandez au service informatique.</translation>
    </message>
    <message>
        <source>The central service could not be reached.</source>
        <translation>Le service central n’a pas pu être joint.</translation>
    </message>
    <message>
        <source>The program tries again by itself.</source>
        <translation>Le programme réessaie de lui-même.</translation>
    </message>
    <message>
        <source>This computer could not do it now.</source>
        <translation>Ce poste n’a pas pu le faire maintenant.</translation>
    </message>
    <message>
        <source>Try again; if it stays so, call your IT support.</source>
        <translation>Essayez encore ; si cela continue, appelez le service informatique.</translation>
    </message>
    <message>
        <source>Estafette is already at work in this workspace: another window, or a command.</source>
        <translation>Estafette travaille déjà dans cet espace de travail : une autre fenêtre, ou une commande.</translation>
    </message>
    <message>
        <source>Close the window, or let the command end, then try again.</source>
        <translation>Fermez la fenêtre, ou laissez finir la commande, puis recommencez.</translation>
    </message>
    <message>
        <source>This enrolment code is for another person than the one this workspace belongs to.</source>
        <translation>Ce code d’inscription est celui d’une autre personne que celle de cet espace de travail.</translation>
    </message>
    <message>
        <source>Ask your supervisor for an enrolment code in your name.</source>
        <translation>Demandez à votre responsable un code d’inscription à votre nom.</translation>
    </message>
    <message>
        <source>Enrol it with the enrolment code that your supervisor gives you.</source>
        <translation>Inscrivez-le avec le code d’inscription que votre responsable vous donne.</translation>
    </message>
    <message>
        <source>The form&apos;s file cannot be read now.</source>
        <translation>Le fichier du formulaire ne se lit pas en ce moment.</translation>
    </message>
    <message>
        <source>Ask your IT support to start one, or to start Estafette with --device-secret-file DIR, which keeps the secret in a file of that folder.</source>
        <translation>Demandez au service informatique d’en démarrer un, ou de lancer Estafette avec --device-secret-file DIR, qui garde le secret dans un fichier de ce dossier.</translation>
    </message>
    <message>
        <source>A workspace opens only on the computer where it was made. If its secret is kept in a file there, start Estafette with --device-secret-file DIR.</source>
        <translation>Un espace de travail ne s’ouvre que sur le poste où il a été créé. Si son secret y est gardé dans un fichier, lancez Estafette avec --device-secret-file DIR.</translation>
    </message>
    <message>
        <source>The secret that opens this workspace was not found in the folder given for it.</source>
        <translation>Le secret qui ouvre cet espace de travail n’a pas été trouvé dans le dossier indiqué.</translation>
    </message>
    <message>
        <source>Start Estafette with --device-secret-file DIR, where DIR is the folder used when this computer was enrolled; without the option if it was enrolled without it.</source>
        <translation>Lancez Estafette avec --device-secret-file DIR, où DIR est le dossier utilisé à l’inscription de ce poste ; sans l’option s’il a été inscrit sans elle.</translation>
    </message>
    <message>
        <source>This version is too old for the central service.</source>
        <translation>Cette version est trop ancienne pour le service central.</translation>
    </message>
    <message>
        <source>The exchange with the central service has stopped.</source>
        <translation>L’échange avec le service central s’est arrêté.</translation>
    </message>
    <message>
        <source>Start Estafette again, and tell your IT support.</source>
        <translation>Relancez Estafette et prévenez le support informatique.</translation>
    </message>
    <message>
        <source>The central service contradicts what it had signed before.</source>
        <translation>Le service central contredit ce qu’il avait signé auparavant.</translation>
    </message>
    <message>
        <source>Nothing was deleted: your acts and all receipts are kept on this computer.</source>
        <translation>Rien n’a été effacé&#xa0;: vos actes et tous les accusés sont gardés sur ce poste.</translation>
    </message>
    <message>
        <source>Tell your IT support today; you can go on working.</source>
        <translation>Prévenez le support informatique aujourd’hui&#xa0;; vous pouvez continuer à travailler.</translation>
    </message>
    <message>
        <source>Something in what was entered cannot be used.</source>
        <translation>Une partie de la saisie ne peut pas être utilisée.</translation>
    </message>
    <message>
        <source>Correct it, then try again.</source>
        <translation>Corrigez-la, puis essayez encore.</translation>
    </message>
    <message>
        <source>This was not accepted.</source>
        <translation>Cela n’a pas été accepté.</translation>
    </message>
    <message>
        <source>If it happens again, call your IT support with the code in the details.</source>
        <translation>Si cela se reproduit, appelez le service informatique avec le code indiqué dans les détails.</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is wrong.</source>
        <translation>L’horloge de ce poste n’est pas à l’heure.</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is %1 d %2 h %3 min ahead.</source>
        <translation>L’horloge de ce poste avance de %1 j %2 h %3 min.</translation>
    </message>
    <message>
        <source>This computer&apos;s clock is %1 d %2 h %3 min behind.</source>
        <translation>L’horloge de ce poste retarde de %1 j %2 h %3 min.</translation>
    </message>
    <message>
        <source>Set its date and time, or ask your IT support; go on working meanwhile.</source>
        <translation>Réglez sa date et son heure, ou voyez votre support informatique ; continuez à travailler en attendant.</translation>
    </message>
    <message>
        <source>Whoever answers shows a certificate that this computer does not know: nothing was sent.</source>
        <translation>Ce qui répond montre un certificat que ce poste ne connaît pas : rien n’a été envoyé.</translation>
    </message>
    <message>
        <source>In an office that inspects its network, ask your IT support to install its authority here.</source>
        <translation>Dans un bureau qui inspecte son réseau, demandez à votre support informatique d’installer ici son autorité.</translation>
    </message>
    <message>
        <source>The certificate of the central service is not valid today: nothing was sent.</source>
        <translation>Le certificat du service central n’est pas valable aujourd’hui : rien n’a été envoyé.</translation>
    </message>
    <message>
        <source>Tell your IT support.</source>
        <translation>Prévenez votre support informatique.</translation>
    </message>
    <message>
        <source>The proxy of this network does not answer.</source>
        <translation>Le serveur mandataire de ce réseau ne répond pas.</translation>
    </message>
    <message>
        <source>Check the network, or ask your IT support.</source>
        <translation>Vérifiez le réseau, ou voyez votre support informatique.</translation>
    </message>
    <message>
        <source>The proxy of this network asks for a name and a password that this computer lacks.</source>
        <translation>Le serveur mandataire de ce réseau demande un nom et un mot de passe que ce poste n’a pas.</translation>
    </message>
    <message>
        <source>Ask your IT support to store them on this computer.</source>
        <translation>Demandez à votre support informatique de les mettre sur ce poste.</translation>
    </message>
    <message>
        <source>The proxy of this network asks to sign in by a method that this program does not know.</source>
        <translation>Le serveur mandataire de ce réseau demande une méthode de connexion que ce programme ne connaît pas.</translation>
    </message>
    <message>
        <source>Ask your IT support to let the service&apos;s address through without a password.</source>
        <translation>Demandez à votre support informatique d’y laisser passer l’adresse du service sans mot de passe.</translation>
    </message>
    <message>
        <source>The proxy of this network refuses the way to the central service.</source>
        <translation>Le serveur mandataire de ce réseau refuse le chemin vers le service central.</translation>
    </message>
    <message>
        <source>Ask your IT support to let the service&apos;s address through.</source>
        <translation>Demandez à votre support informatique d’y laisser passer l’adresse du service.</translation>
    </message>
    <message>
        <source>The network settings of this computer name a script that does not work.</source>
        <translation>Les réglages réseau de ce poste nomment un script qui ne fonctionne pas.</translation>
    </message>
    <message>
        <source>The network settings of this computer cannot be read.</source>
        <translation>Les réglages réseau de ce poste ne se lisent pas.</translation>
    </message>
    <message>
        <source>The central service asks this computer to wait a little.</source>
        <translation>Le service central demande à ce poste d’attendre un peu.</translation>
    </message>
    <message>
        <source>It is tried again by itself.</source>
        <translation>Un nouvel essai se fait tout seul.</translation>
    </message>
</context>
<context>
    <name>Events</name>
    <message>
        <source>Content erased</source>
        <translation>Contenu effacé</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>A field was settled</source>
        <translation>Un champ a été départagé</translation>
    </message>
    <message>
        <source>An act from a newer version of Estafette</source>
        <translation>Un acte d’une version plus récente d’Estafette</translation>
    </message>
    <message>
        <source>Case submitted</source>
        <translation>Dossier transmis</translation>
    </message>
    <message>
        <source>More information was asked for</source>
        <translation>Des informations ont été demandées</translation>
    </message>
    <message>
        <source>Information given, case sent back</source>
        <translation>Informations données, dossier renvoyé</translation>
    </message>
    <message>
        <source>Review began</source>
        <translation>Instruction commencée</translation>
    </message>
    <message>
        <source>Request accepted</source>
        <translation>Demande acceptée</translation>
    </message>
    <message>
        <source>Request refused</source>
        <translation>Demande refusée</translation>
    </message>
    <message>
        <source>State: %1</source>
        <translation>État : %1</translation>
    </message>
    <message>
        <source>A choice was taken back: the field is to be settled again</source>
        <translation>Choix repris&#xa0;: le champ est à départager de nouveau</translation>
    </message>
    <message>
        <source>A field was settled: « %1 »</source>
        <translation>Un champ a été départagé&#xa0;: «&#xa0;%1&#xa0;»</translation>
    </message>
    <message>
        <source>An earlier attempt about the same act was withdrawn</source>
        <translation>Un essai antérieur au sujet du même acte a été retiré</translation>
    </message>
    <message>
        <source>An act that waited was withdrawn</source>
        <translation>Un acte en attente a été retiré</translation>
    </message>
    <message>
        <source>An act that waited was corrected and sent again</source>
        <translation>Un acte en attente a été corrigé et renvoyé</translation>
    </message>
    <message>
        <source>An act that waited was taken on</source>
        <translation>Un acte en attente a été repris</translation>
    </message>
    <message>
        <source>Given to another office</source>
        <translation>Confié à un autre site</translation>
    </message>
    <message>
        <source>A proposal was taken back</source>
        <translation>Une proposition a été retirée</translation>
    </message>
    <message>
        <source>Decision proposed: %1</source>
        <translation>Décision proposée&#xa0;:&#xa0;%1</translation>
    </message>
    <message>
        <source>Decision handed over on paper</source>
        <translation>Décision remise sur papier</translation>
    </message>
    <message>
        <source>Decision handed over on paper: %1</source>
        <translation>Décision remise sur papier&#xa0;:&#xa0;%1</translation>
    </message>
    <message>
        <source>Case opened</source>
        <translation>Dossier ouvert</translation>
    </message>
    <message>
        <source>Linked as a duplicate</source>
        <translation>Lié comme doublon</translation>
    </message>
    <message>
        <source>No duplicate any more</source>
        <translation>N’est plus un doublon</translation>
    </message>
    <message>
        <source>Tracking code given</source>
        <translation>Code de suivi attribué</translation>
    </message>
    <message>
        <source>Case changed</source>
        <translation>Dossier modifié</translation>
    </message>
</context>
<context>
    <name>Findings</name>
    <message>
        <source>A comparison with the central service found a difference.</source>
        <translation>Une comparaison avec le service central a trouvé une différence.</translation>
    </message>
    <message>
        <source>A record had been altered on this computer: taken again from the central service.</source>
        <translation>Une fiche avait été altérée sur ce poste&#xa0;: elle a été reprise du service central.</translation>
    </message>
    <message>
        <source>A record was missing on this computer: taken again from the central service.</source>
        <translation>Une fiche manquait sur ce poste&#xa0;: elle a été reprise du service central.</translation>
    </message>
    <message>
        <source>The central service does not know a record of this computer: kept; tell IT support.</source>
        <translation>Le service central ne connaît pas une fiche de ce poste&#xa0;: elle est gardée&#xa0;; prévenez le support informatique.</translation>
    </message>
    <message>
        <source>The service&apos;s copy of a record was altered: it mended it; the one here was right.</source>
        <translation>La copie du service pour une fiche était altérée&#xa0;: il l’a rétablie&#xa0;; celle de ce poste était juste.</translation>
    </message>
    <message>
        <source>A list showed something else than the record: made anew.</source>
        <translation>Une liste montrait autre chose que la fiche&#xa0;: elle a été refaite.</translation>
    </message>
    <message>
        <source>A record could not be read any more here: made again from its acts.</source>
        <translation>Une fiche n’était plus lisible ici&#xa0;: elle a été refaite à partir de ses actes.</translation>
    </message>
</context>
<context>
    <name>FollowUp</name>
    <message>
        <source>Your answer</source>
        <translation>Votre réponse</translation>
    </message>
    <message>
        <source>The supervisor reads it with the case. Correct the form first if that is what is asked.</source>
        <translation>Le responsable la lit avec le dossier. Corrigez d’abord le formulaire si c’est ce qui est demandé.</translation>
    </message>
    <message>
        <source>Answer and send back</source>
        <translation>Répondre et renvoyer</translation>
    </message>
    <message>
        <source>Correct the form</source>
        <translation>Corriger le formulaire</translation>
    </message>
    <message>
        <source>Add a note</source>
        <translation>Ajouter une note</translation>
    </message>
    <message>
        <source>Colleagues and supervisors read it. A note is never changed or removed.</source>
        <translation>Vos collègues et les responsables la lisent. Une note n’est jamais modifiée ni supprimée.</translation>
    </message>
    <message>
        <source>Add the note</source>
        <translation>Ajouter la note</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notes</translation>
    </message>
    <message>
        <source>More information is asked for — %1</source>
        <translation>Informations demandées — %1</translation>
    </message>
    <message>
        <source>See the form.</source>
        <translation>Voyez le formulaire.</translation>
    </message>
    <message>
        <source>More information is asked for</source>
        <translation>Informations demandées</translation>
    </message>
    <message>
        <source>No note yet.</source>
        <translation>Aucune note pour l’instant.</translation>
    </message>
    <message>
        <source>Write something first.</source>
        <translation>Écrivez d’abord quelque chose.</translation>
    </message>
</context>
<context>
    <name>FormTab</name>
    <message>
        <source>The case is on version %1 of the form now, saved on this computer</source>
        <translation>Le dossier est maintenant à la version %1 du formulaire, enregistré sur ce poste</translation>
    </message>
</context>
<context>
    <name>Forms</name>
    <message>
        <source>dd/mm/yyyy</source>
        <translation>jj/mm/aaaa</translation>
    </message>
    <message>
        <source>mm/yyyy</source>
        <translation>mm/aaaa</translation>
    </message>
    <message>
        <source>yyyy</source>
        <translation>aaaa</translation>
    </message>
    <message>
        <source>hh:mm</source>
        <translation>hh:mm</translation>
    </message>
    <message>
        <source>{label}: time</source>
        <translation>{label}&#xa0;: heure</translation>
    </message>
    <message>
        <source>Calendar</source>
        <translation>Calendrier</translation>
    </message>
    <message>
        <source>Previous month</source>
        <translation>Mois précédent</translation>
    </message>
    <message>
        <source>Next month</source>
        <translation>Mois suivant</translation>
    </message>
    <message>
        <source>Choose in a calendar</source>
        <translation>Choisir dans un calendrier</translation>
    </message>
    <message>
        <source>The first {rows} are shown. More letters narrow the list.</source>
        <translation>Les {rows} premiers sont affichés. Quelques lettres de plus réduisent la liste.</translation>
    </message>
    <message>
        <source>Nothing in the list has this name.</source>
        <translation>Rien dans la liste ne porte ce nom.</translation>
    </message>
    <message>
        <source>Type a few letters</source>
        <translation>Tapez quelques lettres</translation>
    </message>
    <message>
        <source>List</source>
        <translation>Liste</translation>
    </message>
    <message>
        <source>{label}: search</source>
        <translation>{label}&#xa0;: recherche</translation>
    </message>
    <message>
        <source>Chosen: {choices}</source>
        <translation>Choisis&#xa0;: {choices}</translation>
    </message>
    <message>
        <source>Nothing chosen yet</source>
        <translation>Rien de choisi pour le moment</translation>
    </message>
    <message>
        <source>The choices depend on an earlier answer.</source>
        <translation>Les choix dépendent d&apos;une réponse précédente.</translation>
    </message>
    <message>
        <source>Yes, confirmed</source>
        <translation>Oui, c&apos;est confirmé</translation>
    </message>
    <message>
        <source>F8 goes to the next one, Shift+F8 to the one before.</source>
        <translation>F8 mène à la suivante, Maj+F8 à la précédente.</translation>
    </message>
    <message>
        <source>Page of the form</source>
        <translation>Page du formulaire</translation>
    </message>
    <message>
        <source>“{label}” still needs an answer.</source>
        <translation>Il manque une réponse à «&#xa0;{label}&#xa0;».</translation>
    </message>
    <message>
        <source>The form does not accept this answer to “{label}”.</source>
        <translation>Le formulaire n&apos;accepte pas cette réponse à «&#xa0;{label}&#xa0;».</translation>
    </message>
    <message>
        <source>The form asks for more “{label}” than it may have. Tell the person who made the form.</source>
        <translation>Le formulaire demande plus de «&#xa0;{label}&#xa0;» qu&apos;il ne peut en avoir. Signalez-le à la personne qui a créé le formulaire.</translation>
    </message>
    <message>
        <source>A formula of “{label}” takes too many calculations, so it was not worked out. Tell the person who made the form.</source>
        <translation>Une formule de «&#xa0;{label}&#xa0;» demande trop de calculs&#xa0;: elle n&apos;a pas été évaluée. Signalez-le à la personne qui a créé le formulaire.</translation>
    </message>
    <message>
        <source>“{label}” takes a year, for example 1950.</source>
        <translation>«&#xa0;{label}&#xa0;» attend une année, par exemple 1950.</translation>
    </message>
    <message>
        <source>“{label}” takes a month, for example 04/1950.</source>
        <translation>«&#xa0;{label}&#xa0;» attend un mois, par exemple 04/1950.</translation>
    </message>
    <message>
        <source>“{label}” takes a latitude and a longitude, for example 48.85 2.35.</source>
        <translation>«&#xa0;{label}&#xa0;» attend une latitude et une longitude, par exemple 48,85 2,35.</translation>
    </message>
    <message>
        <source>“{label}” takes a point on each line, two at least, three around a surface, for example 48.85 2.35.</source>
        <translation>«&#xa0;{label}&#xa0;» attend un point par ligne, deux au moins, trois autour d’une surface, par exemple 48,85 2,35.</translation>
    </message>
    <message>
        <source>“{label}” takes a whole number, for example 12.</source>
        <translation>«&#xa0;{label}&#xa0;» attend un nombre entier, par exemple 12.</translation>
    </message>
    <message>
        <source>“{label}” takes a number from {start} to {end}.</source>
        <translation>«&#xa0;{label}&#xa0;» attend un nombre de {start} à {end}.</translation>
    </message>
    <message>
        <source>“{label}” takes a number, for example 12.5.</source>
        <translation>«&#xa0;{label}&#xa0;» attend un nombre, par exemple 12,5.</translation>
    </message>
    <message>
        <source>“{label}” takes a date, for example 03/04/1950 or 030450.</source>
        <translation>«&#xa0;{label}&#xa0;» attend une date, par exemple 03/04/1950 ou 030450.</translation>
    </message>
    <message>
        <source>“{label}” takes a time, for example 9:30.</source>
        <translation>«&#xa0;{label}&#xa0;» attend une heure, par exemple 9h30.</translation>
    </message>
    <message>
        <source>“{label}” takes a date and a time, for example 03/04/1950 9:30.</source>
        <translation>«&#xa0;{label}&#xa0;» attend une date et une heure, par exemple 03/04/1950 9h30.</translation>
    </message>
    <message>
        <source>“{label}” takes an answer from the list.</source>
        <translation>«&#xa0;{label}&#xa0;» attend une réponse de la liste.</translation>
    </message>
    <message>
        <source>The calendar that the form asks for is not offered here: give the day in the Gregorian calendar.</source>
        <translation>Le calendrier que demande le formulaire n’est pas proposé ici&#xa0;: donnez le jour dans le calendrier grégorien.</translation>
    </message>
    <message>
        <source>The picture to point at is not shown here: choose in the list.</source>
        <translation>L’image à toucher n’est pas montrée ici&#xa0;: choisissez dans la liste.</translation>
    </message>
    <message>
        <source>The application that the form calls is not here: type the answer.</source>
        <translation>L’application qu’appelle le formulaire n’est pas ici&#xa0;: tapez la réponse.</translation>
    </message>
    <message>
        <source>Nothing in the list has this name. Choose “{label}” in the list.</source>
        <translation>Rien dans la liste ne porte ce nom. Choisissez «&#xa0;{label}&#xa0;» dans la liste.</translation>
    </message>
    <message>
        <source>“{label}” has as many entries as the form allows. All is saved.</source>
        <translation>«&#xa0;{label}&#xa0;» compte autant de lignes que le formulaire en permet. Tout est enregistré.</translation>
    </message>
    <message>
        <source>The answer to “{label}” is too long to be saved: shorten it.</source>
        <translation>La réponse à «&#xa0;{label}&#xa0;» est trop longue pour être enregistrée&#xa0;: raccourcissez-la.</translation>
    </message>
    <message>
        <source>The case has moved on meanwhile, so “{label}” can no longer be changed here. What came before is saved.</source>
        <translation>Le dossier a avancé entre-temps&#xa0;: «&#xa0;{label}&#xa0;» ne peut plus être modifié ici. Ce qui précède est enregistré.</translation>
    </message>
    <message>
        <source>The disk is full: “{label}” is not saved yet. It stays here as you typed it, and what came before is saved. Free some space, then try again.</source>
        <translation>Le disque est plein&#xa0;: «&#xa0;{label}&#xa0;» n&apos;est pas encore enregistré. Votre saisie reste affichée ici, et ce qui précède est enregistré. Libérez de la place, puis réessayez.</translation>
    </message>
    <message>
        <source>This computer refuses to write: “{label}” is not saved yet. It stays here as you typed it, and what came before is saved. Tell your IT service, then try again.</source>
        <translation>Ce poste refuse d&apos;écrire&#xa0;: «&#xa0;{label}&#xa0;» n&apos;est pas encore enregistré. Votre saisie reste affichée ici, et ce qui précède est enregistré. Prévenez votre service informatique, puis réessayez.</translation>
    </message>
    <message>
        <source>“{label}” is not saved yet. It stays here as you typed it, and what came before is saved. Try again soon.</source>
        <translation>«&#xa0;{label}&#xa0;» n&apos;est pas encore enregistré. Votre saisie reste affichée ici, et ce qui précède est enregistré. Réessayez dans un instant.</translation>
    </message>
    <message>
        <source>Saved on this computer</source>
        <translation>Enregistré sur ce poste</translation>
    </message>
    <message>
        <source>Nothing to fill in</source>
        <translation>Rien à remplir</translation>
    </message>
    <message>
        <source>Complete</source>
        <translation>Complet</translation>
    </message>
    <message>
        <source>{answered} of {questions}</source>
        <translation>{answered} sur {questions}</translation>
    </message>
    <message>
        <source>{answered} of {questions}, {problems} to check</source>
        <translation>{answered} sur {questions}, {problems} à vérifier</translation>
    </message>
    <message>
        <source>Page {number}</source>
        <translation>Page {number}</translation>
    </message>
    <message>
        <source>Not known yet</source>
        <translation>Pas encore connu</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>Sans réponse</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Oui</translation>
    </message>
    <message>
        <source>north</source>
        <translation>nord</translation>
    </message>
    <message>
        <source>north-east</source>
        <translation>nord-est</translation>
    </message>
    <message>
        <source>east</source>
        <translation>est</translation>
    </message>
    <message>
        <source>south-east</source>
        <translation>sud-est</translation>
    </message>
    <message>
        <source>south</source>
        <translation>sud</translation>
    </message>
    <message>
        <source>south-west</source>
        <translation>sud-ouest</translation>
    </message>
    <message>
        <source>west</source>
        <translation>ouest</translation>
    </message>
    <message>
        <source>north-west</source>
        <translation>nord-ouest</translation>
    </message>
    <message>
        <source>{points}, closed, from {first}</source>
        <translation>{points}, contour fermé, à partir de {first}</translation>
    </message>
    <message>
        <source>{points}, from {first} to {last}</source>
        <translation>{points}, de {first} à {last}</translation>
    </message>
    <message>
        <source>{degrees}° north</source>
        <translation>{degrees}° nord</translation>
    </message>
    <message>
        <source>{degrees}° south</source>
        <translation>{degrees}° sud</translation>
    </message>
    <message>
        <source>{degrees}° east</source>
        <translation>{degrees}° est</translation>
    </message>
    <message>
        <source>{degrees}° west</source>
        <translation>{degrees}° ouest</translation>
    </message>
    <message>
        <source>altitude {metres} m</source>
        <translation>altitude {metres}&#xa0;m</translation>
    </message>
    <message>
        <source>to within {metres} m</source>
        <translation>à {metres}&#xa0;m près</translation>
    </message>
    <message>
        <source>Pages of the form</source>
        <translation>Pages du formulaire</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Retirer</translation>
    </message>
    <message>
        <source>No. {number}</source>
        <translation>N° {number}</translation>
    </message>
    <message>
        <source>{question}, row {number}</source>
        <translation>{question}, ligne {number}</translation>
    </message>
    <message>
        <source>Not asked in this row</source>
        <translation>N’est pas demandé dans cette ligne</translation>
    </message>
    <message>
        <source>Row {number}: {row}</source>
        <translation>Ligne {number}&#xa0;: {row}</translation>
    </message>
    <message>
        <source>Remove: {row}</source>
        <translation>Retirer&#xa0;: {row}</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>N°</translation>
    </message>
    <message>
        <source>Close: {row}</source>
        <translation>Replier&#xa0;: {row}</translation>
    </message>
    <message>
        <source>Open: {row}</source>
        <translation>Déplier&#xa0;: {row}</translation>
    </message>
    <message>
        <source>Add (Alt+R)</source>
        <translation>Ajouter (Alt+R)</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Add: {what}</source>
        <translation>Ajouter&#xa0;: {what}</translation>
    </message>
    <message>
        <source>Add a row</source>
        <translation>Ajouter une ligne</translation>
    </message>
    <message>
        <source>Show as blocks</source>
        <translation>Afficher en blocs</translation>
    </message>
    <message>
        <source>Show as a table</source>
        <translation>Afficher en tableau</translation>
    </message>
    <message>
        <source>“{row}” is removed.</source>
        <translation>«&#xa0;{row}&#xa0;» est retiré.</translation>
    </message>
    <message>
        <source>Undo: {row}</source>
        <translation>Annuler&#xa0;: {row}</translation>
    </message>
    <message>
        <source>A sound cannot be recorded at this desk.</source>
        <translation>On ne peut pas enregistrer de son à ce guichet.</translation>
    </message>
    <message>
        <source>A video cannot be filmed at this desk.</source>
        <translation>On ne peut pas filmer à ce guichet.</translation>
    </message>
    <message>
        <source>A signature cannot be drawn at this desk.</source>
        <translation>On ne peut pas signer à l’écran à ce guichet.</translation>
    </message>
    <message>
        <source>A picture cannot be taken or drawn at this desk.</source>
        <translation>On ne peut ni photographier ni dessiner à ce guichet.</translation>
    </message>
    <message>
        <source>A file cannot be attached at this desk.</source>
        <translation>On ne peut pas joindre de fichier à ce guichet.</translation>
    </message>
    <message>
        <source>The form asks for it, and can be handed in without it: write in a note how it will be brought.</source>
        <translation>Le formulaire la demande, mais il peut être remis sans elle&#xa0;: notez comment cette pièce sera apportée.</translation>
    </message>
    <message>
        <source>Go on without it: the rest of the form is complete all the same.</source>
        <translation>Continuez sans y répondre&#xa0;: le reste du formulaire se remplit et se remet comme d’habitude.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Answered elsewhere and kept: {file}</source>
        <translation>Répondu ailleurs et conservé&#xa0;: {file}</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>Pourquoi&#xa0;?</translation>
    </message>
    <message>
        <source>What the form accepts here (Alt+P)</source>
        <translation>Ce que le formulaire accepte ici (Alt+P)</translation>
    </message>
    <message>
        <source>Clear the choice</source>
        <translation>Effacer le choix</translation>
    </message>
    <message>
        <source>Where does this come from?</source>
        <translation>D’où vient cette valeur&#xa0;?</translation>
    </message>
    <message>
        <source>Where does this come from? (Alt+P)</source>
        <translation>D’où vient cette valeur&#xa0;? (Alt+P)</translation>
    </message>
    <message>
        <source>Where does “{label}” come from?</source>
        <translation>D’où vient «&#xa0;{label}&#xa0;»&#xa0;?</translation>
    </message>
    <message>
        <source>required</source>
        <translation>obligatoire</translation>
    </message>
    <message>
        <source>Previous page</source>
        <translation>Page précédente</translation>
    </message>
    <message>
        <source>Previous page (Ctrl+Page Up)</source>
        <translation>Page précédente (Ctrl+Page haut)</translation>
    </message>
    <message>
        <source>Next answer to check (F8)</source>
        <translation>Réponse suivante à vérifier (F8)</translation>
    </message>
    <message>
        <source>Go to a question (Ctrl+J)</source>
        <translation>Aller à une question (Ctrl+J)</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Annuler la dernière réponse</translation>
    </message>
    <message>
        <source>Take the last act back (Ctrl+Z)</source>
        <translation>Annuler la dernière réponse (Ctrl+Z)</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>Imprimer…</translation>
    </message>
    <message>
        <source>Language of the form</source>
        <translation>Langue du formulaire</translation>
    </message>
    <message>
        <source>Submit anyway</source>
        <translation>Transmettre quand même</translation>
    </message>
    <message>
        <source>Language of the form: {language} (Alt+L: the next one)</source>
        <translation>Langue du formulaire&#xa0;: {language} (Alt+L&#xa0;: la suivante)</translation>
    </message>
    <message>
        <source>Check and submit</source>
        <translation>Vérifier et transmettre</translation>
    </message>
    <message>
        <source>Check and submit (Ctrl+Enter)</source>
        <translation>Vérifier et transmettre (Ctrl+Entrée)</translation>
    </message>
    <message>
        <source>Next page</source>
        <translation>Page suivante</translation>
    </message>
    <message>
        <source>Next page (Ctrl+Page Down or Ctrl+Enter)</source>
        <translation>Page suivante (Ctrl+Page bas ou Ctrl+Entrée)</translation>
    </message>
    <message>
        <source>No question is answered. Submit anyway?</source>
        <translation>Aucune réponse n’est donnée. Transmettre quand même ?</translation>
    </message>
    <message>
        <source>Settle</source>
        <translation>Départager</translation>
    </message>
    <message>
        <source>Settle “{label}”</source>
        <translation>Départager «&#xa0;{label}&#xa0;»</translation>
    </message>
    <message>
        <source>Go to a question: type a few of its words</source>
        <translation>Aller à une question&#xa0;: quelques mots suffisent</translation>
    </message>
    <message>
        <source>Go to a question</source>
        <translation>Aller à une question</translation>
    </message>
    <message>
        <source>Questions found</source>
        <translation>Questions trouvées</translation>
    </message>
    <message>
        <source>No question has these words.</source>
        <translation>Aucune question ne contient ces mots.</translation>
    </message>
    <message>
        <source>not asked now</source>
        <translation>non posée pour le moment</translation>
    </message>
    <message>
        <source>“{label}”</source>
        <translation>«&#xa0;{label}&#xa0;»</translation>
    </message>
    <message>
        <source>Where “{label}” comes from</source>
        <translation>D’où vient «&#xa0;{label}&#xa0;»</translation>
    </message>
    <message>
        <source>What “{label}” accepts</source>
        <translation>Ce que «&#xa0;{label}&#xa0;» accepte</translation>
    </message>
    <message>
        <source>The answer is accepted only if:</source>
        <translation>La réponse n’est acceptée que si&#xa0;:</translation>
    </message>
    <message>
        <source>Why “{label}” is not asked</source>
        <translation>Pourquoi «&#xa0;{label}&#xa0;» n’est pas posée</translation>
    </message>
    <message>
        <source>“{label}” has as many entries as this says: {value}.</source>
        <translation>«&#xa0;{label}&#xa0;» compte autant d’entrées que l’indique&#xa0;: {value}.</translation>
    </message>
    <message>
        <source>It is asked only if:</source>
        <translation>Cette question n’est posée que si&#xa0;:</translation>
    </message>
    <message>
        <source>It belongs to “{label}”, which is asked only if:</source>
        <translation>Elle fait partie de «&#xa0;{label}&#xa0;», qui n’est affiché que si&#xa0;:</translation>
    </message>
    <message>
        <source>no value yet</source>
        <translation>pas encore de valeur</translation>
    </message>
    <message>
        <source>{formula} = {value}</source>
        <translation>{formula} = {value}</translation>
    </message>
    <message>
        <source>“{label}”: {now}</source>
        <translation>«&#xa0;{label}&#xa0;»&#xa0;: {now}</translation>
    </message>
    <message>
        <source>and others ({count})</source>
        <translation>et d’autres ({count})</translation>
    </message>
    <message>
        <source>all of this holds:</source>
        <translation>tout ceci est vrai&#xa0;:</translation>
    </message>
    <message>
        <source>at least one of these holds:</source>
        <translation>au moins l’un de ces cas est vrai&#xa0;:</translation>
    </message>
    <message>
        <source>this does not hold: {formula}</source>
        <translation>ceci n’est pas vrai&#xa0;: {formula}</translation>
    </message>
    <message>
        <source>{condition} (now: {now})</source>
        <translation>{condition} (actuellement&#xa0;: {now})</translation>
    </message>
    <message>
        <source>“{wanted}” is not chosen for “{label}”</source>
        <translation>«&#xa0;{wanted}&#xa0;» n’est pas choisi à «&#xa0;{label}&#xa0;»</translation>
    </message>
    <message>
        <source>“{wanted}” is chosen for “{label}”</source>
        <translation>«&#xa0;{wanted}&#xa0;» est choisi à «&#xa0;{label}&#xa0;»</translation>
    </message>
    <message>
        <source>“{label}” has no answer</source>
        <translation>«&#xa0;{label}&#xa0;» est sans réponse</translation>
    </message>
    <message>
        <source>“{label}” has an answer</source>
        <translation>«&#xa0;{label}&#xa0;» a une réponse</translation>
    </message>
    <message>
        <source>“{label}” is “{wanted}”</source>
        <translation>la réponse à «&#xa0;{label}&#xa0;» est «&#xa0;{wanted}&#xa0;»</translation>
    </message>
    <message>
        <source>“{label}” is not “{wanted}”</source>
        <translation>la réponse à «&#xa0;{label}&#xa0;» n’est pas «&#xa0;{wanted}&#xa0;»</translation>
    </message>
    <message>
        <source>“{label}” is less than {wanted}</source>
        <translation>la réponse à «&#xa0;{label}&#xa0;» est inférieure à {wanted}</translation>
    </message>
    <message>
        <source>“{label}” is at most {wanted}</source>
        <translation>la réponse à «&#xa0;{label}&#xa0;» est au plus {wanted}</translation>
    </message>
    <message>
        <source>“{label}” is more than {wanted}</source>
        <translation>la réponse à «&#xa0;{label}&#xa0;» est supérieure à {wanted}</translation>
    </message>
    <message>
        <source>“{label}” is at least {wanted}</source>
        <translation>la réponse à «&#xa0;{label}&#xa0;» est au moins {wanted}</translation>
    </message>
    <message>
        <source>not asked</source>
        <translation>question non posée</translation>
    </message>
    <message>
        <source>no answer yet</source>
        <translation>pas encore de réponse</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fermer</translation>
    </message>
    <message>
        <source>{reason}: {state}</source>
        <translation>{reason}&#xa0;: {state}</translation>
    </message>
    <message>
        <source>Go there</source>
        <translation>Y aller</translation>
    </message>
    <message>
        <source>Go there: {reason}</source>
        <translation>Y aller&#xa0;: {reason}</translation>
    </message>
    <message>
        <source>met</source>
        <translation>remplie</translation>
    </message>
    <message>
        <source>not met</source>
        <translation>non remplie</translation>
    </message>
    <message>
        <source>Choose in the list</source>
        <translation>Choisir dans la liste</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>Monter</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>Descendre</translation>
    </message>
    <message>
        <source>This order is right</source>
        <translation>Cet ordre convient</translation>
    </message>
    <message>
        <source>Alt+↑ and Alt+↓ move a choice, a digit puts it at that place.</source>
        <translation>Alt+↑ et Alt+↓ déplacent un choix, un chiffre le met à ce rang.</translation>
    </message>
    <message>
        <source>Not ranked yet. Alt+↑ and Alt+↓ move a choice, a digit puts it at that place.</source>
        <translation>Pas encore classé. Alt+↑ et Alt+↓ déplacent un choix, un chiffre le met à ce rang.</translation>
    </message>
    <message>
        <source>from {start} to {end}, in steps of {step}</source>
        <translation>de {start} à {end}, par pas de {step}</translation>
    </message>
    <message>
        <source>{label}: number</source>
        <translation>{label}&#xa0;: nombre</translation>
    </message>
    <message>
        <source>No answer yet</source>
        <translation>Pas encore de réponse</translation>
    </message>
    <message>
        <source>There is no earlier answer to “{label}” to repeat.</source>
        <translation>Pas de réponse précédente à répéter pour «&#xa0;{label}&#xa0;».</translation>
    </message>
    <message>
        <source>“{label}” has no answer for somebody who does not know.</source>
        <translation>«&#xa0;{label}&#xa0;» n’a pas de choix «&#xa0;ne sait pas&#xa0;».</translation>
    </message>
    <message>
        <source>“{label}” has no answer for somebody who refuses.</source>
        <translation>«&#xa0;{label}&#xa0;» n’a pas de choix «&#xa0;refuse&#xa0;».</translation>
    </message>
    <message>
        <source>“{label}” is answered.</source>
        <translation>«&#xa0;{label}&#xa0;» a sa réponse.</translation>
    </message>
    <message>
        <source>F9: the last value again</source>
        <translation>F9&#xa0;: la dernière valeur à nouveau</translation>
    </message>
    <message>
        <source>F7: does not know, Shift+F7: refuses, where the list has it</source>
        <translation>F7&#xa0;: ne sait pas, Maj+F7&#xa0;: refuse, si la liste l’a</translation>
    </message>
    <message>
        <source>Move up: {row}</source>
        <translation>Monter&#xa0;: {row}</translation>
    </message>
    <message>
        <source>Move down: {row}</source>
        <translation>Descendre&#xa0;: {row}</translation>
    </message>
    <message>
        <source>{row}: now row {place} of {rows}</source>
        <translation>{row}&#xa0;: maintenant ligne {place} sur {rows}</translation>
    </message>
    <message>
        <source>{row} is the first row already.</source>
        <translation>{row} est déjà la première ligne.</translation>
    </message>
    <message>
        <source>{row} is the last row already.</source>
        <translation>{row} est déjà la dernière ligne.</translation>
    </message>
    <message>
        <source>Latitude and longitude: 48.85 2.35</source>
        <translation>Latitude et longitude&#xa0;: 48,85 2,35</translation>
    </message>
    <message>
        <source>One point on each line, latitude and longitude: 48.85 2.35</source>
        <translation>Un point par ligne, latitude et longitude&#xa0;: 48,85 2,35</translation>
    </message>
    <message>
        <source>Scan the code, or type it</source>
        <translation>Scanner le code, ou le taper</translation>
    </message>
    <message>
        <source>Hide the text</source>
        <translation>Masquer le texte</translation>
    </message>
    <message>
        <source>Show the text</source>
        <translation>Montrer le texte</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>Copier l’adresse</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copié</translation>
    </message>
    <message>
        <source>One less</source>
        <translation>Un de moins</translation>
    </message>
    <message>
        <source>One more</source>
        <translation>Un de plus</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Open the citizen</source>
        <translation>Ouvrir l’usager</translation>
    </message>
    <message>
        <source>Delay</source>
        <translation>Délai</translation>
    </message>
    <message>
        <source>Tracking code %1</source>
        <translation>Code de suivi %1</translation>
    </message>
    <message>
        <source>%1 (Ctrl+Shift+D)</source>
        <translation>%1 (Ctrl+Maj+D)</translation>
    </message>
    <message>
        <source>Submit the case</source>
        <translation>Transmettre le dossier</translation>
    </message>
    <message>
        <source>Answer and send back</source>
        <translation>Répondre et renvoyer</translation>
    </message>
    <message>
        <source>See the receipt</source>
        <translation>Voir le récépissé</translation>
    </message>
</context>
<context>
    <name>HistoryTab</name>
    <message>
        <source>Ask again</source>
        <translation>Demander de nouveau</translation>
    </message>
    <message>
        <source>One of these events is not what its computer wrote</source>
        <translation>Un de ces événements n’est pas ce que son poste a écrit</translation>
    </message>
    <message>
        <source>Nothing was changed here. Tell your IT support, and do not rely on this history meanwhile.</source>
        <translation>Rien n’a été changé ici. Prévenez votre support informatique, et ne vous fiez pas à cet historique d’ici là.</translation>
    </message>
    <message>
        <source>Verified: the whole history is here</source>
        <translation>Vérifié&#xa0;: tout l’historique est là</translation>
    </message>
    <message numerus="yes">
        <source>%n event(s), each exactly as the computer of its author wrote it.</source>
        <translation>
            <numerusform>%n événement, exactement tel que le poste de son auteur l’a écrit.</numerusform>
            <numerusform>%n événements, chacun exactement tel que le poste de son auteur l’a écrit.</numerusform>
        </translation>
    </message>
    <message>
        <source>The rest of the history is being fetched</source>
        <translation>Le reste de l’historique est en route</translation>
    </message>
    <message>
        <source>Meanwhile, here is what this computer holds.</source>
        <translation>En attendant, voici ce que ce poste détient.</translation>
    </message>
    <message>
        <source>This history is not whole: here is what this computer holds</source>
        <translation>Cet historique n’est pas complet&#xa0;: voici ce que ce poste détient</translation>
    </message>
    <message>
        <source>The rest could not be asked for just now.</source>
        <translation>Le reste n’a pas pu être demandé à l’instant.</translation>
    </message>
</context>
<context>
    <name>HistoryView</name>
    <message>
        <source>History of the case</source>
        <translation>Historique du dossier</translation>
    </message>
</context>
<context>
    <name>HomeScreen</name>
    <message>
        <source>To complete</source>
        <translation>À compléter</translation>
    </message>
    <message>
        <source>Drafts to finish</source>
        <translation>Brouillons à terminer</translation>
    </message>
    <message>
        <source>Not received yet by the central service</source>
        <translation>Pas encore reçu par le service central</translation>
    </message>
    <message>
        <source>To settle</source>
        <translation>À départager</translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>Décider</translation>
    </message>
    <message>
        <source>Receive someone</source>
        <translation>Recevoir quelqu’un</translation>
    </message>
    <message>
        <source>Nothing to do for the moment</source>
        <translation>Rien à faire pour le moment</translation>
    </message>
    <message>
        <source>Cases to complete, drafts and what has not left this computer yet appear here.</source>
        <translation>Les dossiers à compléter, les brouillons et ce qui n’a pas encore quitté ce poste s’affichent ici.</translation>
    </message>
    <message>
        <source>Home</source>
        <translation>Accueil</translation>
    </message>
    <message>
        <source>What needs you: cases that a supervisor sent back, drafts to finish, and acts that have not reached the central service yet. Ctrl+K searches everywhere, Ctrl+N begins a new case, Esc goes one step back.</source>
        <translation>Ce qui a besoin de vous : les dossiers qu’un responsable a renvoyés, les brouillons à terminer, et les actes que le service central n’a pas encore reçus. Ctrl+K cherche partout, Ctrl+N commence un dossier, Échap revient d’un pas.</translation>
    </message>
    <message>
        <source>Hello %1</source>
        <translation>Bonjour %1</translation>
    </message>
    <message numerus="yes">
        <source>%n act(s) could not be applied and wait for a decision</source>
        <translation>
            <numerusform>%n acte n’a pas pu être appliqué et attend une décision</numerusform>
            <numerusform>%n actes n’ont pas pu être appliqués et attendent une décision</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing was lost: all of it is kept on this computer, and waits for your decision.</source>
        <translation>Rien n’est perdu&#xa0;: tout est gardé sur ce poste et attend votre décision.</translation>
    </message>
</context>
<context>
    <name>LinkPage</name>
    <message>
        <source>Search the record that is to stay</source>
        <translation>Chercher la fiche qui doit rester</translation>
    </message>
    <message>
        <source>Citizens found</source>
        <translation>Usagers trouvés</translation>
    </message>
    <message>
        <source>Nobody else by that name on this computer.</source>
        <translation>Personne d’autre de ce nom sur ce poste.</translation>
    </message>
    <message>
        <source>Link these two</source>
        <translation>Lier ces deux fiches</translation>
    </message>
    <message>
        <source>Rather not</source>
        <translation>Finalement non</translation>
    </message>
    <message>
        <source>Search the record that is to stay. Both are kept as they are and their cases are shown together; the link can be taken back at any time.</source>
        <translation>Cherchez la fiche qui doit rester. Les deux sont gardées telles quelles et leurs dossiers sont montrés ensemble&#xa0;; le lien peut être retiré à tout moment.</translation>
    </message>
    <message>
        <source>The same person twice</source>
        <translation>Une même personne, deux fiches</translation>
    </message>
    <message>
        <source>%1 stays</source>
        <translation>La fiche qui reste&#xa0;: %1</translation>
    </message>
    <message>
        <source>%1 then leads to it.</source>
        <translation>La fiche %1 y mènera.</translation>
    </message>
    <message>
        <source>The record that is to stay: none is chosen.</source>
        <translation>La fiche qui doit rester&#xa0;: aucune n’est choisie.</translation>
    </message>
    <message>
        <source>Choose it in the list.</source>
        <translation>Choisissez-la dans la liste.</translation>
    </message>
</context>
<context>
    <name>NewCaseScreen</name>
    <message>
        <source>Search a procedure</source>
        <translation>Chercher une démarche</translation>
    </message>
    <message>
        <source>Search a procedure…</source>
        <translation>Chercher une démarche…</translation>
    </message>
    <message>
        <source>Procedures</source>
        <translation>Démarches</translation>
    </message>
    <message>
        <source>No procedure on this computer yet</source>
        <translation>Aucune démarche sur ce poste pour l’instant</translation>
    </message>
    <message>
        <source>They arrive at the first contact with the central service.</source>
        <translation>Elles arrivent au premier contact avec le service central.</translation>
    </message>
    <message>
        <source>Begin the case</source>
        <translation>Commencer le dossier</translation>
    </message>
    <message>
        <source>New case</source>
        <translation>Nouveau dossier</translation>
    </message>
    <message>
        <source>Choose what the person asks for. On the right: what to know, what to bring and how long it takes. « Begin the case » opens its form; from then on every answer is saved as it is given.</source>
        <translation>Choisissez ce que la personne demande. À droite : ce qu’il faut savoir, ce qu’il faut apporter et le délai. «&#xa0;Commencer le dossier&#xa0;» ouvre son formulaire ; ensuite chaque réponse est enregistrée au fur et à mesure.</translation>
    </message>
    <message>
        <source>For %1</source>
        <translation>Pour %1</translation>
    </message>
    <message>
        <source>No procedure matches</source>
        <translation>Aucune démarche ne correspond</translation>
    </message>
    <message>
        <source>Try another word.</source>
        <translation>Essayez un autre mot.</translation>
    </message>
    <message>
        <source>To bring</source>
        <translation>À apporter</translation>
    </message>
    <message>
        <source>Delay</source>
        <translation>Délai</translation>
    </message>
    <message>
        <source>To tell the person</source>
        <translation>À dire à la personne</translation>
    </message>
    <message>
        <source>Legal basis</source>
        <translation>Textes de référence</translation>
    </message>
    <message numerus="yes">
        <source>An answer within %n day(s).</source>
        <translation>
            <numerusform>Réponse sous %n jour.</numerusform>
            <numerusform>Réponse sous %n jours.</numerusform>
        </translation>
    </message>
    <message>
        <source>No answer by then means yes.</source>
        <translation>Sans réponse d’ici là, c’est oui.</translation>
    </message>
    <message>
        <source>No answer by then means no.</source>
        <translation>Sans réponse d’ici là, c’est non.</translation>
    </message>
    <message>
        <source>Case opened and saved on this computer</source>
        <translation>Dossier ouvert et enregistré sur ce poste</translation>
    </message>
</context>
<context>
    <name>NoticeBar</name>
    <message>
        <source>See synchronisation</source>
        <translation>Voir la synchronisation</translation>
    </message>
    <message>
        <source>Understood</source>
        <translation>J’ai compris</translation>
    </message>
    <message>
        <source>You find it again under « Synchronisation »</source>
        <translation>Vous le retrouverez dans «&#xa0;Synchronisation&#xa0;»</translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>The central service contradicts what it had signed before</source>
        <translation>Le service central contredit ce qu’il avait signé auparavant</translation>
    </message>
    <message>
        <source>Nothing was deleted: your acts and all the receipts are kept on this computer, and you can go on working. Tell your IT support today: they find out whether the service was changed behind its back.</source>
        <translation>Rien n’a été effacé&#xa0;: vos actes et tous les accusés sont gardés sur ce poste, et vous pouvez continuer à travailler. Prévenez le support informatique aujourd’hui&#xa0;: il vérifiera si le service a été modifié.</translation>
    </message>
    <message>
        <source>This computer was restored or copied (noticed %1)</source>
        <translation>Ce poste a été restauré ou copié (constaté&#xa0;%1)</translation>
    </message>
    <message>
        <source>The central service holds acts in the name of this computer that it did not know any more. Nothing is lost: what was done here and what was done there are both kept. If it was restored from a backup, there is nothing to do. If there are two copies of it, go on working on one alone and tell your supervisor.</source>
        <translation>Le service central détient des actes faits au nom de ce poste et que ce poste ne connaissait plus. Rien n’est perdu&#xa0;: ce qui a été fait ici et ce qui a été fait là-bas sont gardés. Si ce poste revient d’une sauvegarde, il n’y a rien à faire. S’il en existe deux copies, continuez sur une seule et prévenez votre responsable.</translation>
    </message>
    <message>
        <source>Your acts carry the right time all the same: it is the service&apos;s. Set date and time of this computer, or ask your IT support.</source>
        <translation>Vos actes portent quand même la bonne heure, celle du service. Réglez la date et l’heure de ce poste, ou demandez au support informatique.</translation>
    </message>
</context>
<context>
    <name>PaperForm</name>
    <message>
        <source>Record a decision handed over on paper</source>
        <translation>Noter une décision remise sur papier</translation>
    </message>
    <message>
        <source>What the person was given is a fact: it is never changed or removed. Check the paper first.</source>
        <translation>Ce que la personne a reçu est un fait&#xa0;: il n’est jamais changé ni effacé. Relisez d’abord le papier.</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Noter</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>Jour</translation>
    </message>
    <message>
        <source>Such as « handed over in person », « registered letter ».</source>
        <translation>Par exemple «&#xa0;remis en main propre&#xa0;», «&#xa0;lettre recommandée&#xa0;».</translation>
    </message>
    <message>
        <source>How it was handed over</source>
        <translation>Comment elle a été remise</translation>
    </message>
    <message>
        <source>Day: « %1 » is no date.</source>
        <translation>Jour&#xa0;: «&#xa0;%1&#xa0;» n’est pas une date.</translation>
    </message>
    <message>
        <source>Day: none is given.</source>
        <translation>Jour&#xa0;: aucun n’est donné.</translation>
    </message>
    <message>
        <source>Write it as 3/4/2026 or 030426.</source>
        <translation>Écrivez-le ainsi&#xa0;: 3/4/2026 ou 030426.</translation>
    </message>
</context>
<context>
    <name>PaperPane</name>
    <message>
        <source>Back to the form</source>
        <translation>Revenir au formulaire</translation>
    </message>
    <message>
        <source>Back to the form (Esc)</source>
        <translation>Revenir au formulaire (Échap)</translation>
    </message>
    <message>
        <source>Save as PDF…</source>
        <translation>Enregistrer en PDF…</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>Imprimer…</translation>
    </message>
    <message>
        <source>What is printed</source>
        <translation>Ce qui est imprimé</translation>
    </message>
    <message>
        <source>With the answers</source>
        <translation>Avec les réponses</translation>
    </message>
    <message>
        <source>Blank, to fill in by hand</source>
        <translation>Vierge, à remplir à la main</translation>
    </message>
    <message>
        <source>Language of the form</source>
        <translation>Langue du formulaire</translation>
    </message>
    <message>
        <source>Page %1 of the form</source>
        <translation>Page&#xa0;%1 du formulaire</translation>
    </message>
    <message>
        <source>Save the form</source>
        <translation>Enregistrer le formulaire</translation>
    </message>
    <message>
        <source>blank</source>
        <translation>vierge</translation>
    </message>
    <message>
        <source>draft</source>
        <translation>brouillon</translation>
    </message>
    <message>
        <source>form-%1.pdf</source>
        <translation>formulaire-%1.pdf</translation>
    </message>
    <message>
        <source>The pages are being laid out…</source>
        <translation>Mise en page en cours…</translation>
    </message>
    <message numerus="yes">
        <source>%n page(s)</source>
        <translation>
            <numerusform>%n page</numerusform>
            <numerusform>%n pages</numerusform>
        </translation>
    </message>
    <message>
        <source>Form saved: %1</source>
        <translation>Formulaire enregistré&#xa0;:&#xa0;%1</translation>
    </message>
</context>
<context>
    <name>ParkedCard</name>
    <message>
        <source>Open the case</source>
        <translation>Ouvrir le dossier</translation>
    </message>
    <message>
        <source>born %1</source>
        <translation>né(e) le %1</translation>
    </message>
    <message>
        <source>A first attempt was not accepted either.</source>
        <translation>Un premier essai n’a pas été accepté non plus.</translation>
    </message>
    <message>
        <source>The case is now: %1.</source>
        <translation>Le dossier est maintenant&#xa0;: %1.</translation>
    </message>
    <message>
        <source>For your IT support: %1</source>
        <translation>Pour le support informatique&#xa0;:&#xa0;%1</translation>
    </message>
    <message>
        <source>Correct and send again</source>
        <translation>Corriger et renvoyer</translation>
    </message>
    <message>
        <source>Take on as it is</source>
        <translation>Reprendre tel quel</translation>
    </message>
    <message>
        <source>Withdraw</source>
        <translation>Retirer</translation>
    </message>
    <message>
        <source>Why? (optional)</source>
        <translation>Pourquoi&#xa0;? (facultatif)</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>Pourquoi&#xa0;?</translation>
    </message>
    <message>
        <source>It stays in the history, for whoever reads the case later.</source>
        <translation>La raison reste dans l’historique, pour qui lira le dossier plus tard.</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>Renvoyer</translation>
    </message>
    <message>
        <source>Take on</source>
        <translation>Reprendre</translation>
    </message>
    <message>
        <source>Withdraw for good</source>
        <translation>Retirer pour de bon</translation>
    </message>
    <message>
        <source>Rather not</source>
        <translation>Finalement non</translation>
    </message>
    <message>
        <source>Send this field</source>
        <translation>Renvoyer ce champ</translation>
    </message>
    <message>
        <source>Send « %1 »</source>
        <translation>Renvoyer «&#xa0;%1&#xa0;»</translation>
    </message>
    <message>
        <source>Take on as it is the act written %1</source>
        <translation>Reprendre tel quel l’acte écrit %1</translation>
    </message>
    <message>
        <source>Correct and send again the act written %1</source>
        <translation>Corriger et renvoyer l’acte écrit %1</translation>
    </message>
    <message>
        <source>Withdraw the act written %1</source>
        <translation>Retirer l’acte écrit %1</translation>
    </message>
    <message>
        <source>It can be withdrawn; what it says stays in the history.</source>
        <translation>Il peut être retiré&#xa0;; ce qu’il dit reste dans l’historique.</translation>
    </message>
</context>
<context>
    <name>ParkedScreen</name>
    <message>
        <source>Nothing was lost</source>
        <translation>Rien n’est perdu</translation>
    </message>
    <message>
        <source>These acts of yours reached the central service, but could not be applied to the case as it was there. Each says why, and what can be done about it.</source>
        <translation>Ces actes sont arrivés au service central, mais n’ont pas pu être appliqués au dossier tel qu’il y était. Chacun dit pourquoi, et ce qu’on peut en faire.</translation>
    </message>
    <message>
        <source>No act waits for a decision</source>
        <translation>Aucun acte n’attend de décision</translation>
    </message>
    <message>
        <source>Acts that the central service could not apply appear here, with the reason.</source>
        <translation>Les actes que le service central n’a pas pu appliquer apparaissent ici, avec la raison.</translation>
    </message>
    <message>
        <source>Waiting for a decision</source>
        <translation>En attente d’une décision</translation>
    </message>
    <message>
        <source>Your acts that the central service could not apply, each with the reason and what it says. « Take on as it is » tries again; « Correct and send again » lets you change what is wrong; « Withdraw » gives it up, with a reason that stays in the history. Tab goes from one to the next, Esc gives up what was begun.</source>
        <translation>Vos actes que le service central n’a pas pu appliquer, chacun avec la raison et son contenu. «&#xa0;Reprendre tel quel&#xa0;» essaie de nouveau&#xa0;; «&#xa0;Corriger et renvoyer&#xa0;» permet de changer ce qui ne va pas&#xa0;; «&#xa0;Retirer&#xa0;» y renonce, avec une raison qui reste dans l’historique. Tab passe de l’un à l’autre, Échap replie ce qui est commencé sans rien effacer.</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>et %n autre</numerusform>
            <numerusform>et %n autres</numerusform>
        </translation>
    </message>
    <message>
        <source>Withdrawn: it stays in the history, with your reason</source>
        <translation>Retiré&#xa0;: l’acte reste dans l’historique, avec votre raison</translation>
    </message>
    <message>
        <source>Taken on: saved on this computer, it is tried again</source>
        <translation>Repris&#xa0;: enregistré sur ce poste, l’acte est tenté de nouveau</translation>
    </message>
    <message>
        <source>Corrected: saved on this computer, it is sent again</source>
        <translation>Corrigé&#xa0;: enregistré sur ce poste, l’acte est renvoyé</translation>
    </message>
</context>
<context>
    <name>Plurals</name>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n jour</numerusform>
            <numerusform>%n jours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation>
            <numerusform>il reste %n jour</numerusform>
            <numerusform>il reste %n jours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) late</source>
        <translation>
            <numerusform>délai dépassé de %n jour</numerusform>
            <numerusform>délai dépassé de %n jours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n case(s) on this computer</source>
        <translation>
            <numerusform>%n dossier sur ce poste</numerusform>
            <numerusform>%n dossiers sur ce poste</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n citizen(s) on this computer</source>
        <translation>
            <numerusform>%n usager sur ce poste</numerusform>
            <numerusform>%n usagers sur ce poste</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n act(s) wait for a decision</source>
        <translation>
            <numerusform>%n acte attend une décision</numerusform>
            <numerusform>%n actes attendent une décision</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln act(s)</source>
        <translation>
            <numerusform>%Ln acte</numerusform>
            <numerusform>%Ln actes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n act(s) wait to leave</source>
        <translation>
            <numerusform>%n acte attend de partir</numerusform>
            <numerusform>%n actes attendent de partir</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n field(s) to settle</source>
        <translation>
            <numerusform>%n champ à départager</numerusform>
            <numerusform>%n champs à départager</numerusform>
        </translation>
    </message>
    <message>
        <source>The form of this case was moved to another version.</source>
        <translation>Ce dossier est passé à une autre version du formulaire.</translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) of an earlier version of the form stay with this case.</source>
        <translation>
            <numerusform>%n réponse d’une version antérieure du formulaire reste avec ce dossier.</numerusform>
            <numerusform>%n réponses d’une version antérieure du formulaire restent avec ce dossier.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) to check afterwards</source>
        <translation>
            <numerusform>%n réponse à revoir ensuite</numerusform>
            <numerusform>%n réponses à revoir ensuite</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) without a place in that version: kept with the case, readable</source>
        <translation>
            <numerusform>%n réponse sans place dans cette version&#xa0;: gardée avec le dossier, lisible</numerusform>
            <numerusform>%n réponses sans place dans cette version&#xa0;: gardées avec le dossier, lisibles</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) go to another page of the form</source>
        <translation>
            <numerusform>%n réponse change de place dans le formulaire</numerusform>
            <numerusform>%n réponses changent de place dans le formulaire</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) kept</source>
        <translation>
            <numerusform>%n réponse gardée</numerusform>
            <numerusform>%n réponses gardées</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n question(s) newly asked</source>
        <translation>
            <numerusform>%n nouvelle question</numerusform>
            <numerusform>%n nouvelles questions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The first %n are listed.</source>
        <translation>
            <numerusform>La première est listée.</numerusform>
            <numerusform>Les %n premières sont listées.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) saved</source>
        <translation>
            <numerusform>%n réponse enregistrée</numerusform>
            <numerusform>%n réponses enregistrées</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message>
        <source>Open the case</source>
        <translation>Ouvrir le dossier</translation>
    </message>
    <message>
        <source>Open the case (Return)</source>
        <translation>Ouvrir le dossier (Entrée)</translation>
    </message>
    <message>
        <source>Opened %1</source>
        <translation>Ouvert %1</translation>
    </message>
    <message>
        <source>Submitted %1</source>
        <translation>Transmis %1</translation>
    </message>
    <message>
        <source>Tracking code %1</source>
        <translation>Code de suivi %1</translation>
    </message>
    <message>
        <source>Agent: %1</source>
        <translation>Agent : %1</translation>
    </message>
    <message>
        <source>Not received yet by the central service</source>
        <translation>Pas encore reçu par le service central</translation>
    </message>
</context>
<context>
    <name>ProposeForm</name>
    <message>
        <source>Propose a decision</source>
        <translation>Proposer une décision</translation>
    </message>
    <message>
        <source>A supervisor takes the decision, or another one. Until then nothing changes for the person.</source>
        <translation>Un responsable prend cette décision, ou une autre. D’ici là, rien ne change pour la personne.</translation>
    </message>
    <message>
        <source>Propose</source>
        <translation>Proposer</translation>
    </message>
    <message>
        <source>In fact and in law: the supervisor reads them first.</source>
        <translation>En fait et en droit&#xa0;: le responsable les lit d’abord.</translation>
    </message>
    <message>
        <source>What the person would read with the decision.</source>
        <translation>Ce que la personne lirait avec la décision.</translation>
    </message>
    <message>
        <source>Reasons</source>
        <translation>Motifs</translation>
    </message>
    <message>
        <source>Message to the person (optional)</source>
        <translation>Message à la personne (facultatif)</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Help</source>
        <translation>Aide</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>Verrouiller</translation>
    </message>
    <message>
        <source>Home</source>
        <translation>Accueil</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>Dossiers</translation>
    </message>
    <message>
        <source>Citizens</source>
        <translation>Usagers</translation>
    </message>
    <message>
        <source>To settle</source>
        <translation>À départager</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En attente</translation>
    </message>
    <message>
        <source>Synchronisation</source>
        <translation>Synchronisation</translation>
    </message>
    <message>
        <source>Synchronise now</source>
        <translation>Synchroniser maintenant</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Taille du texte</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Comme le système</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Clair</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Sombre</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Couleurs</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Langue</translation>
    </message>
</context>
<context>
    <name>ReceiptTab</name>
    <message>
        <source>Save as PDF…</source>
        <translation>Enregistrer en PDF…</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>Imprimer…</translation>
    </message>
    <message>
        <source>No receipt yet</source>
        <translation>Pas encore de récépissé</translation>
    </message>
    <message>
        <source>It is made when the case is submitted: office, date, answers, tracking code.</source>
        <translation>Il est établi quand le dossier est transmis : antenne, date, réponses, code de suivi.</translation>
    </message>
    <message>
        <source>Save the receipt</source>
        <translation>Enregistrer le récépissé</translation>
    </message>
    <message>
        <source>receipt-%1.pdf</source>
        <translation>recepisse-%1.pdf</translation>
    </message>
    <message>
        <source>The central service has not received the case yet: the receipt says so.</source>
        <translation>Le service central n’a pas encore reçu le dossier : le récépissé le dit.</translation>
    </message>
    <message>
        <source>Received by the central service.</source>
        <translation>Reçu par le service central.</translation>
    </message>
    <message>
        <source>Page %1 of the receipt</source>
        <translation>Page %1 du récépissé</translation>
    </message>
    <message>
        <source>Receipt saved: %1</source>
        <translation>Récépissé enregistré : %1</translation>
    </message>
</context>
<context>
    <name>Record</name>
    <message>
        <source>With %1</source>
        <translation>Chez %1</translation>
    </message>
    <message>
        <source>With the supervisors</source>
        <translation>Chez les responsables</translation>
    </message>
    <message>
        <source>Closed file</source>
        <translation>Dossier terminé</translation>
    </message>
    <message>
        <source>(no answer)</source>
        <translation>(sans réponse)</translation>
    </message>
    <message>
        <source>Another value: « %2 », by %1</source>
        <translation>Autre valeur&#xa0;: «&#xa0;%2&#xa0;», par&#xa0;%1</translation>
    </message>
</context>
<context>
    <name>RecordScreen</name>
    <message>
        <source>Pages of the case</source>
        <translation>Pages du dossier</translation>
    </message>
    <message>
        <source>Form</source>
        <translation>Formulaire</translation>
    </message>
    <message>
        <source>Follow-up</source>
        <translation>Suivi</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>Récépissé</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Historique</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>Dossier</translation>
    </message>
    <message>
        <source>Above: whose case it is, where it stands and the next act. « Form »: every answer is saved as it is given. « Follow-up »: what supervisors ask and your notes. « Receipt »: what the person takes home. « History »: who did what, and whether the central service has received it. Alt+1 to Alt+4 change the page. Ctrl+P prints the form or saves it as PDF, filled or blank. In a question, F9 gives the last value again (of the row above, else of your last case of this procedure), F7 marks « does not know » and Shift+F7 « refuses » where the list has such a choice.</source>
        <translation>En haut&#xa0;: à qui est le dossier, où il en est et le prochain acte. «&#xa0;Formulaire&#xa0;»&#xa0;: chaque réponse est enregistrée au fur et à mesure. «&#xa0;Suivi&#xa0;»&#xa0;: ce que demandent les responsables, et vos notes. «&#xa0;Récépissé&#xa0;»&#xa0;: ce que la personne emporte. «&#xa0;Historique&#xa0;»&#xa0;: qui a fait quoi, et si le service central l’a reçu. Alt+1 à Alt+4 changent de page. Ctrl+P imprime le formulaire ou l’enregistre en PDF, rempli ou vierge. Dans une question, F9 redonne la dernière valeur (de la ligne au-dessus, sinon de votre dernier dossier de cette démarche), F7 marque «&#xa0;ne sait pas&#xa0;» et Maj+F7 «&#xa0;refuse&#xa0;» si la liste a un tel choix.</translation>
    </message>
    <message>
        <source>Follow-up (1 request)</source>
        <translation>Suivi (1 demande)</translation>
    </message>
    <message>
        <source>Case submitted and saved on this computer</source>
        <translation>Dossier transmis et enregistré sur ce poste</translation>
    </message>
    <message>
        <source>Note saved on this computer</source>
        <translation>Note enregistrée sur ce poste</translation>
    </message>
</context>
<context>
    <name>Remedies</name>
    <message>
        <source>Nothing was lost: what you wrote is below.</source>
        <translation>Rien n’est perdu&#xa0;: ce que vous avez écrit est ci-dessous.</translation>
    </message>
    <message>
        <source>What you entered is still here.</source>
        <translation>Votre saisie est toujours là.</translation>
    </message>
    <message>
        <source>Speak to your supervisor, or withdraw it.</source>
        <translation>Parlez-en à votre responsable, ou retirez l’acte.</translation>
    </message>
    <message>
        <source>Only your supervisor can take it on: speak to them, or withdraw it.</source>
        <translation>Seul votre responsable peut le reprendre : parlez-lui, ou retirez l’acte.</translation>
    </message>
    <message>
        <source>The case was no longer open to changes when this was written.</source>
        <translation>Le dossier ne pouvait plus être modifié quand ceci a été écrit.</translation>
    </message>
    <message>
        <source>Your supervisor can take it on, or ask you to complete the case.</source>
        <translation>Votre responsable peut le reprendre, ou vous demander de compléter le dossier.</translation>
    </message>
    <message>
        <source>The case had moved on elsewhere, and this was written without knowing it.</source>
        <translation>Le dossier avait avancé ailleurs, et ceci a été écrit sans le savoir.</translation>
    </message>
    <message>
        <source>Read the case as it is now; then correct and send again, or withdraw.</source>
        <translation>Lisez le dossier tel qu’il est, puis corrigez et renvoyez, ou retirez.</translation>
    </message>
    <message>
        <source>The case was not in the state that this step begins from.</source>
        <translation>Le dossier n’était pas dans l’état d’où part cette étape.</translation>
    </message>
    <message>
        <source>Read the case as it is now, then take it on or withdraw it.</source>
        <translation>Lisez le dossier tel qu’il est, puis reprenez l’acte ou retirez-le.</translation>
    </message>
    <message>
        <source>This step cannot be made from the state that the case was in.</source>
        <translation>Cette étape n’est pas possible depuis l’état où était le dossier.</translation>
    </message>
    <message>
        <source>Read the case as it is now, then withdraw it.</source>
        <translation>Lisez le dossier tel qu’il est, puis retirez l’acte.</translation>
    </message>
    <message>
        <source>A field of this case has two values that nobody has compared yet.</source>
        <translation>Un champ de ce dossier a deux valeurs que personne n’a encore comparées.</translation>
    </message>
    <message>
        <source>Settle it first under « To settle », then take this on.</source>
        <translation>Départagez-le d’abord dans «&#xa0;À départager&#xa0;», puis reprenez l’acte.</translation>
    </message>
    <message>
        <source>It changes something that can no longer be changed here.</source>
        <translation>L’acte modifie quelque chose qui ne peut plus être modifié ici.</translation>
    </message>
    <message>
        <source>Send it again without that field, or speak to your supervisor.</source>
        <translation>Renvoyez-le sans ce champ, ou parlez-en à votre responsable.</translation>
    </message>
    <message>
        <source>Only another role may do this.</source>
        <translation>Seul un autre rôle peut faire cela.</translation>
    </message>
    <message>
        <source>The case or citizen belongs to another office now.</source>
        <translation>Le dossier ou l’usager relève maintenant d’un autre site.</translation>
    </message>
    <message>
        <source>Their office can take it on; tell your supervisor, or withdraw it.</source>
        <translation>L’autre site peut reprendre l’acte&#xa0;; prévenez votre responsable, ou retirez-le.</translation>
    </message>
    <message>
        <source>It reached the service when your mandate had ended.</source>
        <translation>Il est arrivé au service alors que votre mandat était terminé.</translation>
    </message>
    <message>
        <source>It reached the service when you worked in another office.</source>
        <translation>Il est arrivé au service alors que vous travailliez dans un autre site.</translation>
    </message>
    <message>
        <source>It names another office than yours.</source>
        <translation>L’acte désigne un autre site que le vôtre.</translation>
    </message>
    <message>
        <source>It is too long for the central service.</source>
        <translation>L’acte est trop long pour le service central.</translation>
    </message>
    <message>
        <source>Shorten it and send it again.</source>
        <translation>Raccourcissez-le et renvoyez-le.</translation>
    </message>
    <message>
        <source>Its tracking code is not one of this organisation.</source>
        <translation>Son code de suivi n’est pas de cet organisme.</translation>
    </message>
    <message>
        <source>Withdraw it, then submit the case again.</source>
        <translation>Retirez l’acte, puis transmettez de nouveau le dossier.</translation>
    </message>
    <message>
        <source>The central service does not know this version of the procedure.</source>
        <translation>Le service central ne connaît pas cette version de la démarche.</translation>
    </message>
    <message>
        <source>Take it on again once the procedure is published, or tell IT support.</source>
        <translation>Reprenez l’acte une fois la démarche publiée, ou prévenez le support informatique.</translation>
    </message>
    <message>
        <source>It carries a date that makes no sense: this computer&apos;s clock was wrong.</source>
        <translation>L’acte porte une date impossible&#xa0;: l’horloge de ce poste était fausse.</translation>
    </message>
    <message>
        <source>Set date and time of this computer, then send it again.</source>
        <translation>Réglez la date et l’heure de ce poste, puis renvoyez l’acte.</translation>
    </message>
    <message>
        <source>The central service could not read it.</source>
        <translation>Le service central n’a pas pu lire cet acte.</translation>
    </message>
    <message>
        <source>Correct it and send it again; if it comes back, tell IT support.</source>
        <translation>Corrigez-le et renvoyez-le&#xa0;; s’il revient, prévenez le support informatique.</translation>
    </message>
    <message>
        <source>It was damaged on the disk of this computer, and is never sent.</source>
        <translation>L’acte a été abîmé sur le disque de ce poste&#xa0;; il n’est jamais envoyé.</translation>
    </message>
    <message>
        <source>What came before and after is safe.</source>
        <translation>Ce qui précède et ce qui suit est intact.</translation>
    </message>
    <message>
        <source>Do it again in the case, and tell your IT support: the disk may fail.</source>
        <translation>Refaites-le dans le dossier et prévenez le support informatique&#xa0;: le disque fatigue peut-être.</translation>
    </message>
    <message>
        <source>The central service was restored from a copy that lacks this act of a colleague.</source>
        <translation>Le service central a été restauré depuis une copie où manque cet acte d’un collègue.</translation>
    </message>
    <message>
        <source>It is kept here for reading.</source>
        <translation>Il est gardé ici pour lecture.</translation>
    </message>
    <message>
        <source>Tell your supervisor: the colleague&apos;s computer sends it again.</source>
        <translation>Prévenez votre responsable&#xa0;: le poste du collègue le renverra.</translation>
    </message>
    <message>
        <source>Somebody has decided about this act already.</source>
        <translation>Quelqu’un a déjà décidé pour cet acte.</translation>
    </message>
    <message>
        <source>It leaves this list at the next exchange.</source>
        <translation>Il quittera cette liste au prochain échange.</translation>
    </message>
    <message>
        <source>The central service holds this act already, from a copy of this computer.</source>
        <translation>Le service central a déjà cet acte, venu d’une copie de ce poste.</translation>
    </message>
    <message>
        <source>Nothing is to be done: it counts once.</source>
        <translation>Rien n’est à faire : il compte une fois.</translation>
    </message>
    <message>
        <source>What was taken on is not what waits.</source>
        <translation>Ce qui a été repris n’est pas ce qui attend.</translation>
    </message>
    <message>
        <source>Correct and send it again instead.</source>
        <translation>Corrigez-le et renvoyez-le plutôt.</translation>
    </message>
    <message>
        <source>This act does not wait on this computer.</source>
        <translation>Cet acte n’attend pas sur ce poste.</translation>
    </message>
    <message>
        <source>Look at the list again.</source>
        <translation>Regardez de nouveau la liste.</translation>
    </message>
    <message>
        <source>A damaged act can neither be sent nor taken on.</source>
        <translation>Un acte abîmé ne peut être ni renvoyé ni repris.</translation>
    </message>
    <message>
        <source>Do it again in the case.</source>
        <translation>Refaites-le dans le dossier.</translation>
    </message>
    <message>
        <source>A reason is needed.</source>
        <translation>Il faut une raison.</translation>
    </message>
    <message>
        <source>Write in a few words why, for whoever reads the history.</source>
        <translation>Écrivez pourquoi en quelques mots, pour qui lira l’historique.</translation>
    </message>
    <message>
        <source>This act does not set that field.</source>
        <translation>Cet acte ne remplit pas ce champ.</translation>
    </message>
    <message>
        <source>Change one of the fields that it sets.</source>
        <translation>Modifiez un des champs qu’il remplit.</translation>
    </message>
    <message>
        <source>There is nothing to settle in this field any more.</source>
        <translation>Il n’y a plus rien à départager dans ce champ.</translation>
    </message>
    <message>
        <source>Look at the case as it is now.</source>
        <translation>Regardez le dossier tel qu’il est.</translation>
    </message>
    <message>
        <source>This field is your supervisor&apos;s to settle, as the case stands now.</source>
        <translation>C’est à votre responsable de départager ce champ, vu où en est le dossier.</translation>
    </message>
    <message>
        <source>Speak to your supervisor.</source>
        <translation>Parlez-en à votre responsable.</translation>
    </message>
    <message>
        <source>The case was submitted: here you can only choose one of the values.</source>
        <translation>Le dossier est transmis : ici, vous pouvez seulement choisir l’une des valeurs.</translation>
    </message>
    <message>
        <source>Choose one of them, or speak to your supervisor.</source>
        <translation>Choisissez l’une d’elles, ou parlez-en à votre responsable.</translation>
    </message>
    <message>
        <source>It settles a value that had not reached the central service yet.</source>
        <translation>L’acte départage une valeur qui n’était pas encore arrivée au service central.</translation>
    </message>
    <message>
        <source>Settle the field as it is now, or take this on after an exchange.</source>
        <translation>Départagez le champ tel qu’il est maintenant, ou reprenez l’acte après un échange.</translation>
    </message>
    <message>
        <source>You had no right any more when this act reached the service.</source>
        <translation>Vous n’aviez plus ce droit quand l’acte est arrivé au service.</translation>
    </message>
    <message>
        <source>Your mandate has ended or your office has changed: this would only wait as well.</source>
        <translation>Votre mandat est terminé ou votre antenne a changé : ceci ne ferait qu’attendre aussi.</translation>
    </message>
    <message>
        <source>Speak to your supervisor, who decides about it.</source>
        <translation>Parlez à votre responsable, qui en décide.</translation>
    </message>
    <message>
        <source>As the case stands now, this act would be refused again.</source>
        <translation>Vu où en est le dossier, cet acte serait refusé de nouveau.</translation>
    </message>
    <message>
        <source>Nobody has settled this field, or it was changed since.</source>
        <translation>Personne n’a départagé ce champ, ou il a été modifié depuis.</translation>
    </message>
    <message>
        <source>The case was submitted: you can no longer choose anew in this field.</source>
        <translation>Le dossier est transmis&#xa0;: vous ne pouvez plus choisir de nouveau dans ce champ.</translation>
    </message>
    <message>
        <source>Your supervisor can.</source>
        <translation>Votre responsable le peut.</translation>
    </message>
    <message>
        <source>Both values stay in the history.</source>
        <translation>Les deux valeurs restent dans l’historique.</translation>
    </message>
    <message>
        <source>These two cannot be linked: it would go in a circle.</source>
        <translation>Ces deux fiches ne peuvent pas être liées&#xa0;: le lien tournerait en rond.</translation>
    </message>
    <message>
        <source>Choose the record that is to stay.</source>
        <translation>Choisissez la fiche qui doit rester.</translation>
    </message>
    <message>
        <source>The record to link to is not on this computer.</source>
        <translation>La fiche à lier n’est pas sur ce poste.</translation>
    </message>
    <message>
        <source>Search for it first.</source>
        <translation>Cherchez-la d’abord.</translation>
    </message>
    <message>
        <source>The central service met an unexpected fault with it.</source>
        <translation>Le service central a rencontré un défaut imprévu avec cet acte.</translation>
    </message>
    <message>
        <source>Take it on again later; if it comes back, tell IT support.</source>
        <translation>Reprenez-le plus tard&#xa0;; s’il revient, prévenez le support informatique.</translation>
    </message>
    <message>
        <source>This case or citizen is not on this computer.</source>
        <translation>Ce dossier ou cet usager n’est pas sur ce poste.</translation>
    </message>
    <message>
        <source>Search for it by name or tracking code.</source>
        <translation>Cherchez par nom ou par code de suivi.</translation>
    </message>
    <message>
        <source>Decision: no supervisor has taken one, and none is chosen here.</source>
        <translation>Décision : aucun responsable n’en a pris, et aucune n’est choisie ici.</translation>
    </message>
    <message>
        <source>Choose the one that the paper says.</source>
        <translation>Choisissez celle que dit le papier.</translation>
    </message>
    <message>
        <source>This paper, with the same day and the same words, stands in the case already.</source>
        <translation>Cette remise, avec le même jour et les mêmes mots, est déjà inscrite au dossier.</translation>
    </message>
    <message>
        <source>Nothing was added; what you wrote is kept.</source>
        <translation>Rien n’a été ajouté ; ce que vous avez écrit est gardé.</translation>
    </message>
    <message>
        <source>Another paper has another day, or was handed over another way.</source>
        <translation>Une autre remise porte un autre jour ou une autre manière.</translation>
    </message>
    <message>
        <source>Decision: this one cannot be proposed, or the case is decided already.</source>
        <translation>Décision&#xa0;: celle-ci ne se propose pas, ou le dossier est déjà décidé.</translation>
    </message>
    <message>
        <source>Choose one of the three, or look at the case as it is now.</source>
        <translation>Choisissez l’une des trois, ou regardez le dossier tel qu’il est maintenant.</translation>
    </message>
    <message>
        <source>Reasons: none are given.</source>
        <translation>Motifs&#xa0;: il n’y en a pas.</translation>
    </message>
    <message>
        <source>Write why, for the supervisor who decides.</source>
        <translation>Écrivez pourquoi, pour le responsable qui décide.</translation>
    </message>
    <message>
        <source>Day: it is still to come.</source>
        <translation>Jour&#xa0;: il est encore à venir.</translation>
    </message>
    <message>
        <source>Write the day on which the paper was handed over.</source>
        <translation>Écrivez le jour où le papier a été remis.</translation>
    </message>
    <message>
        <source>Day: it lies before the case was handed in, or before the decision.</source>
        <translation>Jour : il est avant la transmission du dossier, ou avant la décision.</translation>
    </message>
    <message>
        <source>Nothing of it stands in the case yet; what you wrote is kept.</source>
        <translation>Rien n’en est encore inscrit au dossier ; ce que vous avez écrit est gardé.</translation>
    </message>
    <message>
        <source>Look at the date on the paper, and at this computer&apos;s clock.</source>
        <translation>Regardez la date du papier, et l’horloge de ce poste.</translation>
    </message>
    <message>
        <source>The case still is a draft: there is nothing to decide yet.</source>
        <translation>Le dossier est encore un brouillon : il n’y a encore rien à décider.</translation>
    </message>
    <message>
        <source>Hand the case in first; if a colleague did, make an exchange first.</source>
        <translation>Transmettez-le d’abord ; si un collègue l’a fait, synchronisez d’abord.</translation>
    </message>
    <message>
        <source>How it was handed over: nothing is said.</source>
        <translation>Comment elle a été remise&#xa0;: rien n’est dit.</translation>
    </message>
    <message>
        <source>Say it in a few words, such as « handed over in person ».</source>
        <translation>Dites-le en quelques mots, par exemple «&#xa0;remis en main propre&#xa0;».</translation>
    </message>
    <message>
        <source>The person holds another decision on paper.</source>
        <translation>La personne détient une autre décision sur papier.</translation>
    </message>
    <message>
        <source>What the central service sent does not fit what this computer holds.</source>
        <translation>Ce que le service central a envoyé ne s’accorde pas avec ce que ce poste détient.</translation>
    </message>
    <message>
        <source>It was not taken: what is here is unchanged.</source>
        <translation>Cela n’a pas été pris&#xa0;: ce qui est ici n’a pas changé.</translation>
    </message>
    <message>
        <source>Tell your IT support.</source>
        <translation>Prévenez votre support informatique.</translation>
    </message>
    <message>
        <source>The exchange with the central service is paused.</source>
        <translation>Les échanges avec le service central sont en pause.</translation>
    </message>
    <message>
        <source>Ask again once it goes on.</source>
        <translation>Demandez de nouveau quand ils auront repris.</translation>
    </message>
    <message>
        <source>The central service does not know this computer any more.</source>
        <translation>Le service central ne connaît plus ce poste.</translation>
    </message>
    <message>
        <source>Call your supervisor.</source>
        <translation>Appelez votre responsable.</translation>
    </message>
</context>
<context>
    <name>SameCard</name>
    <message>
        <source>Same person</source>
        <translation>Même personne</translation>
    </message>
    <message>
        <source>This record stays. Cases of all of them are shown below.</source>
        <translation>Cette fiche reste. Les dossiers de toutes sont montrés ci-dessous.</translation>
    </message>
    <message>
        <source>Another record stands for this one. Cases of all of them are shown below.</source>
        <translation>Une autre fiche vaut pour celle-ci. Les dossiers de toutes sont montrés ci-dessous.</translation>
    </message>
    <message>
        <source>A record that is not on this computer</source>
        <translation>Une fiche qui n’est pas sur ce poste</translation>
    </message>
    <message>
        <source>the record that stays</source>
        <translation>la fiche qui reste</translation>
    </message>
    <message>
        <source>recorded a second time</source>
        <translation>enregistrée une seconde fois</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Ouvrir</translation>
    </message>
    <message>
        <source>Open %1</source>
        <translation>Ouvrir %1</translation>
    </message>
    <message>
        <source>Take the link back</source>
        <translation>Retirer le lien</translation>
    </message>
</context>
<context>
    <name>SearchBox</name>
    <message>
        <source>Search citizens and cases</source>
        <translation>Chercher usagers et dossiers</translation>
    </message>
    <message>
        <source>Search a citizen, a case, a tracking code…</source>
        <translation>Chercher un usager, un dossier, un code de suivi…</translation>
    </message>
    <message>
        <source>Search (%1)</source>
        <translation>Chercher (%1)</translation>
    </message>
    <message>
        <source>Nothing found. Try fewer letters.</source>
        <translation>Rien trouvé. Essayez avec moins de lettres.</translation>
    </message>
</context>
<context>
    <name>Shell</name>
    <message>
        <source>New</source>
        <translation>Nouveau</translation>
    </message>
    <message>
        <source>Synchronising now</source>
        <translation>Synchronisation lancée</translation>
    </message>
    <message>
        <source>Sync was paused: it goes on now</source>
        <translation>La synchronisation était en pause : elle reprend</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Aide</translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <source>Draft</source>
        <translation>Brouillon</translation>
    </message>
    <message>
        <source>Submitted</source>
        <translation>En construction</translation>
    </message>
    <message>
        <source>Under review</source>
        <translation>En instruction</translation>
    </message>
    <message>
        <source>To complete</source>
        <translation>À compléter</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>Accepté</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>Refusé</translation>
    </message>
    <message>
        <source>Closed without effect</source>
        <translation>Sans suite</translation>
    </message>
    <message>
        <source>Archived</source>
        <translation>Archivé</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>Sur ce poste</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Reçu</translation>
    </message>
    <message>
        <source>Received and merged</source>
        <translation>Reçu et réuni</translation>
    </message>
    <message>
        <source>To settle</source>
        <translation>À départager</translation>
    </message>
    <message>
        <source>Waiting for a decision</source>
        <translation>Attend une décision</translation>
    </message>
    <message>
        <source>Withdrawn</source>
        <translation>Retiré</translation>
    </message>
    <message>
        <source>Taken on later</source>
        <translation>Repris ensuite</translation>
    </message>
    <message>
        <source>Corrected later</source>
        <translation>Corrigé ensuite</translation>
    </message>
</context>
<context>
    <name>Strip</name>
    <message>
        <source>Undo</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Close the message</source>
        <translation>Fermer le message</translation>
    </message>
</context>
<context>
    <name>Sync</name>
    <message>
        <source>Everything typed is saved · looking at what the central service lacks</source>
        <translation>Tout ce qui est saisi est enregistré · relecture de ce qui manque au service central</translation>
    </message>
    <message>
        <source>Up to date: everything was received by the central service</source>
        <translation>À jour&#xa0;: tout est reçu par le service central</translation>
    </message>
    <message>
        <source>Everything was received by the central service</source>
        <translation>Tout est reçu par le service central</translation>
    </message>
    <message>
        <source>%1, the oldest waiting for %2</source>
        <translation>%1, le plus ancien de %2</translation>
    </message>
    <message>
        <source>first exchange: %1 % received</source>
        <translation>premier échange&#xa0;:&#xa0;%1&#xa0;% reçus</translation>
    </message>
    <message>
        <source>%1, your own cases are here</source>
        <translation>%1, vos dossiers sont déjà là</translation>
    </message>
    <message>
        <source>exchange under way</source>
        <translation>échange en cours</translation>
    </message>
    <message>
        <source>%1, next try in a moment</source>
        <translation>%1, nouvel essai dans un instant</translation>
    </message>
    <message>
        <source>%1, next try at %2</source>
        <translation>%1, nouvel essai à&#xa0;%2</translation>
    </message>
    <message>
        <source>no contact yet</source>
        <translation>aucun contact pour l’instant</translation>
    </message>
    <message>
        <source>last contact %1</source>
        <translation>dernier contact %1</translation>
    </message>
    <message>
        <source>the clock of this computer is %1 slow</source>
        <translation>l’horloge de ce poste retarde de&#xa0;%1</translation>
    </message>
    <message>
        <source>the clock of this computer is %1 fast</source>
        <translation>l’horloge de ce poste avance de&#xa0;%1</translation>
    </message>
    <message>
        <source>the central service contradicts itself: tell your IT support</source>
        <translation>le service central se contredit&#xa0;: prévenez le support informatique</translation>
    </message>
    <message>
        <source>Everything is kept on this computer and leaves by itself once there is a network.</source>
        <translation>Tout est gardé sur ce poste et partira tout seul dès qu’il y aura du réseau.</translation>
    </message>
    <message>
        <source>the local network asks you to sign in: open a web browser</source>
        <translation>le réseau local demande une connexion : ouvrez un navigateur</translation>
    </message>
    <message>
        <source>A page of the network answers in place of the service. Sign in there, then press F5 here.</source>
        <translation>Une page du réseau répond à la place du service. Connectez-vous dans le navigateur, puis appuyez ici sur F5.</translation>
    </message>
    <message>
        <source>the proxy of this network asks for a sign-in</source>
        <translation>le serveur mandataire (proxy) du réseau demande une connexion</translation>
    </message>
    <message>
        <source>this network&apos;s proxy lets nothing through: call your IT support</source>
        <translation>le serveur mandataire de ce réseau ne laisse rien passer : appelez votre support informatique</translation>
    </message>
    <message>
        <source>the service could not prove who it is</source>
        <translation>le service n’a pas pu prouver son identité</translation>
    </message>
    <message>
        <source>the service is busy: the program tries again by itself</source>
        <translation>le service est occupé&#xa0;: nouvel essai automatique</translation>
    </message>
    <message>
        <source>Nothing was sent. Check the date of this computer and the network, or ask your IT support.</source>
        <translation>Rien n’a été envoyé. Vérifiez la date de ce poste et le réseau, ou demandez au support informatique.</translation>
    </message>
    <message>
        <source>this version is too old for the service: update Estafette</source>
        <translation>cette version est trop ancienne pour le service&#xa0;: mettez Estafette à jour</translation>
    </message>
    <message>
        <source>an answer was altered on the way and not used: call your IT support</source>
        <translation>une réponse a été modifiée en chemin et n’a pas été prise : appelez votre support informatique</translation>
    </message>
    <message>
        <source>Ask your IT support to give this computer the proxy&apos;s name and password.</source>
        <translation>Demandez au support informatique d’enregistrer sur ce poste le nom et le mot de passe du proxy.</translation>
    </message>
    <message>
        <source>Something between here and the service changes what passes. What you did is safe.</source>
        <translation>Quelque chose entre ce poste et le service modifie ce qui passe. Ce que vous avez fait est gardé.</translation>
    </message>
    <message>
        <source>You can go on working: all is kept here and leaves once the new version is installed.</source>
        <translation>Vous pouvez continuer à travailler&#xa0;: tout est gardé ici et partira une fois la nouvelle version installée.</translation>
    </message>
    <message>
        <source>the disk of this computer is full</source>
        <translation>le disque de ce poste est plein</translation>
    </message>
    <message>
        <source>What was saved still is. Free some space; the exchange goes on by itself.</source>
        <translation>Ce qui était enregistré l’est toujours. Libérez de la place&#xa0;; l’échange reprendra tout seul.</translation>
    </message>
    <message>
        <source>the answer is not the service&apos;s own: nothing is marked as received</source>
        <translation>la réponse n’est pas celle du service&#xa0;: rien n’est marqué reçu</translation>
    </message>
    <message>
        <source>Everything is kept here and is sent again. If it stays so, tell your IT support.</source>
        <translation>Tout est gardé ici et sera renvoyé. Si cela dure, prévenez le support informatique.</translation>
    </message>
    <message>
        <source>the exchange has stopped: start Estafette again</source>
        <translation>l’échange s’est arrêté&#xa0;: relancez Estafette</translation>
    </message>
    <message>
        <source>A fault of the program ended it. All that was saved is kept. Tell your IT support.</source>
        <translation>Un défaut du programme l’a arrêté. Tout ce qui était enregistré est gardé. Prévenez le support informatique.</translation>
    </message>
    <message>
        <source>this computer&apos;s access was withdrawn: call your supervisor</source>
        <translation>l’accès de ce poste a été retiré : appelez votre responsable</translation>
    </message>
    <message>
        <source>What is kept here stays here until it is enrolled again.</source>
        <translation>Ce qui est gardé ici y reste jusqu’à une nouvelle inscription.</translation>
    </message>
    <message>
        <source>your mandate has ended: call your supervisor</source>
        <translation>votre mandat est terminé : appelez votre responsable</translation>
    </message>
    <message>
        <source>What waited here was handed over and is parked for a supervisor. Nothing is lost.</source>
        <translation>Ce qui attendait ici a été remis et attend un responsable. Rien n’est perdu.</translation>
    </message>
    <message>
        <source>you work in another office now: open your workspace there</source>
        <translation>vous travaillez maintenant dans un autre site : ouvrez-y votre espace</translation>
    </message>
    <message>
        <source>What waited here was handed over and is parked. Ask for the new office&apos;s enrolment code.</source>
        <translation>Ce qui attendait ici a été remis et attend un responsable. Demandez le code d’inscription du nouveau site.</translation>
    </message>
    <message>
        <source>this computer must be enrolled again</source>
        <translation>ce poste doit être inscrit de nouveau</translation>
    </message>
    <message>
        <source>Ask your supervisor for an enrolment code. What is kept here is sent afterwards.</source>
        <translation>Demandez un code d’inscription à votre responsable. Ce qui est gardé ici partira ensuite.</translation>
    </message>
    <message>
        <source>sync is paused</source>
        <translation>échanges en pause</translation>
    </message>
    <message>
        <source>Everything is kept on this computer meanwhile. Asking for an exchange resumes it.</source>
        <translation>Tout est gardé sur ce poste en attendant. Synchroniser maintenant la fait reprendre.</translation>
    </message>
    <message>
        <source>the service is busy</source>
        <translation>le service est occupé</translation>
    </message>
    <message>
        <source>It asked for some patience. Nothing has to be done.</source>
        <translation>Il demande un peu de patience. Il n’y a rien à faire.</translation>
    </message>
    <message>
        <source>the service could not take it</source>
        <translation>le service n’a pas pu le prendre</translation>
    </message>
    <message>
        <source>Everything is kept here and is tried again by itself. If it stays so, tell IT support.</source>
        <translation>Tout est gardé ici et sera tenté de nouveau tout seul. Si cela dure, prévenez le support informatique.</translation>
    </message>
    <message>
        <source>no network: you can go on working</source>
        <translation>pas de réseau : vous pouvez continuer à travailler</translation>
    </message>
    <message>
        <source>Not synchronised — %1</source>
        <translation>Pas synchronisé — %1</translation>
    </message>
    <message>
        <source>Synchronised in part: the rest follows by itself</source>
        <translation>Synchronisé en partie&#xa0;: le reste suit tout seul</translation>
    </message>
    <message>
        <source>Synchronised: everything was received by the central service</source>
        <translation>Synchronisé&#xa0;: tout est reçu par le service central</translation>
    </message>
</context>
<context>
    <name>SyncFacts</name>
    <message>
        <source>Link with the central service</source>
        <translation>Liaison avec le service central</translation>
    </message>
    <message>
        <source>In contact</source>
        <translation>En contact</translation>
    </message>
    <message>
        <source>Not in contact since Estafette was started</source>
        <translation>Pas de contact depuis le lancement d’Estafette</translation>
    </message>
    <message>
        <source>First exchange</source>
        <translation>Premier échange</translation>
    </message>
    <message>
        <source>You can work with what is here already. It goes on where it stopped, whatever happens.</source>
        <translation>Vous pouvez travailler avec ce qui est déjà là. L’échange reprend où il s’est arrêté, quoi qu’il arrive.</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>Sur ce poste</translation>
    </message>
    <message>
        <source>Nothing waits to leave</source>
        <translation>Rien n’attend de partir</translation>
    </message>
    <message>
        <source>Every act of yours was received.</source>
        <translation>Tous vos actes sont reçus.</translation>
    </message>
    <message>
        <source>Saved here, even if the power fails; they leave by themselves.</source>
        <translation>Enregistrés ici, même si le courant manque&#xa0;; ils partiront tout seuls.</translation>
    </message>
    <message>
        <source>The oldest has been waiting for %1.</source>
        <translation>Le plus ancien attend depuis&#xa0;%1.</translation>
    </message>
    <message>
        <source>Received by the service, in no backup yet</source>
        <translation>Reçus par le service, pas encore dans une sauvegarde</translation>
    </message>
    <message>
        <source>The service has signed that it holds them. This computer keeps them too.</source>
        <translation>Le service a signé qu’il les détient. Ce poste les garde aussi.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Aucun</translation>
    </message>
    <message>
        <source>Received and in a backup of the service</source>
        <translation>Reçus et dans une sauvegarde du service</translation>
    </message>
    <message>
        <source>The service has not told of a backup yet.</source>
        <translation>Le service n’a pas encore annoncé de sauvegarde.</translation>
    </message>
    <message>
        <source>They outlast even the loss of the service&apos;s machine.</source>
        <translation>Ils survivraient même à la perte de la machine du service.</translation>
    </message>
</context>
<context>
    <name>SyncScreen</name>
    <message>
        <source>Synchronise now</source>
        <translation>Synchroniser maintenant</translation>
    </message>
    <message>
        <source>Synchronisation</source>
        <translation>Synchronisation</translation>
    </message>
    <message>
        <source>What comparisons with the service found</source>
        <translation>Ce que les comparaisons avec le service ont trouvé</translation>
    </message>
    <message>
        <source>Where your acts are: on this computer, received by the central service, or in a backup of it too. Above: what is in the way and what you should know. F5 makes an exchange now; it happens by itself otherwise.</source>
        <translation>Où sont vos actes&#xa0;: sur ce poste, reçus par le service central, ou aussi dans une de ses sauvegardes. Au-dessus&#xa0;: ce qui gêne et ce qu’il faut savoir. F5 fait un échange tout de suite&#xa0;; sinon il se fait tout seul.</translation>
    </message>
    <message>
        <source>Resume and synchronise</source>
        <translation>Reprendre et synchroniser</translation>
    </message>
    <message>
        <source>For your IT support: %1</source>
        <translation>Pour le support informatique&#xa0;:&#xa0;%1</translation>
    </message>
    <message>
        <source>IT support has been told</source>
        <translation>Le support est prévenu</translation>
    </message>
    <message>
        <source>Noted; the proof is kept on this computer</source>
        <translation>C’est noté&#xa0;; la preuve est gardée sur ce poste</translation>
    </message>
</context>
<context>
    <name>TrialCounts</name>
    <message numerus="yes">
        <source>%n step(s) so far</source>
        <translation>
            <numerusform>%n étape jusqu’ici</numerusform>
            <numerusform>%n étapes jusqu’ici</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n line(s)</source>
        <translation>
            <numerusform>%n ligne</numerusform>
            <numerusform>%n lignes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n changed by the last act</source>
        <translation>
            <numerusform>%n changée par le dernier geste</numerusform>
            <numerusform>%n changées par le dernier geste</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) have no place in the form any more: %1</source>
        <translation>
            <numerusform>%n réponse n’a plus de place dans le formulaire&#xa0;: %1</numerusform>
            <numerusform>%n réponses n’ont plus de place dans le formulaire&#xa0;: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) are no longer offered: %1</source>
        <translation>
            <numerusform>%n réponse n’est plus proposée&#xa0;: %1</numerusform>
            <numerusform>%n réponses ne sont plus proposées&#xa0;: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UnlockView</name>
    <message>
        <source>Passphrase</source>
        <translation>Phrase secrète</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Montrer</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Ouvrir</translation>
    </message>
    <message>
        <source>Opening</source>
        <translation>Ouverture en cours</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>Verrouillé</translation>
    </message>
    <message>
        <source>Your work is encrypted on this computer. Unlocking brings you back to where you were.</source>
        <translation>Votre travail est chiffré sur ce poste. En déverrouillant, vous retrouvez l’écran où vous étiez.</translation>
    </message>
    <message>
        <source>Enter the passphrase that you chose when this computer was enrolled. Nobody else knows it.</source>
        <translation>Tapez la phrase secrète que vous avez choisie à l’inscription de ce poste. Personne d’autre ne la connaît.</translation>
    </message>
    <message>
        <source>Enter your passphrase.</source>
        <translation>Tapez votre phrase secrète.</translation>
    </message>
    <message>
        <source>This passphrase does not open the workspace. Check the capital letters and the keyboard.</source>
        <translation>Cette phrase secrète n’ouvre pas l’espace de travail. Vérifiez les majuscules et le clavier.</translation>
    </message>
    <message numerus="yes">
        <source>Next try in %n second(s).</source>
        <translation>
            <numerusform>Nouvel essai dans %n seconde.</numerusform>
            <numerusform>Nouvel essai dans %n secondes.</numerusform>
        </translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>Cacher</translation>
    </message>
</context>
<context>
    <name>Values</name>
    <message>
        <source>(no answer)</source>
        <translation>(sans réponse)</translation>
    </message>
    <message>
        <source>Row of « %1 »</source>
        <translation>Ligne de «&#xa0;%1&#xa0;»</translation>
    </message>
    <message>
        <source>The row stays</source>
        <translation>La ligne reste</translation>
    </message>
    <message>
        <source>The row is removed</source>
        <translation>La ligne est retirée</translation>
    </message>
    <message>
        <source>Calculated: %1</source>
        <translation>Calculé&#xa0;:&#xa0;%1</translation>
    </message>
    <message>
        <source>State of the case</source>
        <translation>État du dossier</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Message</translation>
    </message>
    <message>
        <source>Reasons</source>
        <translation>Motifs</translation>
    </message>
    <message>
        <source>Procedure</source>
        <translation>Démarche</translation>
    </message>
    <message>
        <source>Version of the procedure</source>
        <translation>Version de la démarche</translation>
    </message>
    <message>
        <source>Citizen</source>
        <translation>Usager</translation>
    </message>
    <message>
        <source>Office</source>
        <translation>Site</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Agent</translation>
    </message>
    <message>
        <source>Tracking code</source>
        <translation>Code de suivi</translation>
    </message>
    <message>
        <source>Same person or case as</source>
        <translation>Même personne ou même dossier que</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Note</translation>
    </message>
</context>
<context>
    <name>VersionLine</name>
    <message>
        <source>See what would change</source>
        <translation>Voir ce qui changerait</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Pas maintenant</translation>
    </message>
    <message>
        <source>Read them</source>
        <translation>Les lire</translation>
    </message>
    <message>
        <source>There is a newer version of the form.</source>
        <translation>Une version plus récente du formulaire existe.</translation>
    </message>
</context>
<context>
    <name>VersionPage</name>
    <message>
        <source>Move to version %1 of the form</source>
        <translation>Passer à la version %1 du formulaire</translation>
    </message>
    <message>
        <source>Nothing is moved yet. Nothing typed is lost: the case can go back to the version of now.</source>
        <translation>Rien n’est encore changé. Rien de ce qui a été saisi ne se perd&#xa0;: le dossier peut revenir à la version actuelle.</translation>
    </message>
    <message>
        <source>Move to version %1</source>
        <translation>Passer à la version %1</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Pas maintenant</translation>
    </message>
    <message>
        <source>Answers of an earlier version of the form</source>
        <translation>Réponses d’une version antérieure du formulaire</translation>
    </message>
    <message>
        <source>They stay with the case and travel with it. The form of now has no place for them.</source>
        <translation>Elles restent avec le dossier et voyagent avec lui. Le formulaire actuel n’a pas de place pour elles.</translation>
    </message>
    <message>
        <source>Go back to version %1…</source>
        <translation>Revenir à la version %1…</translation>
    </message>
    <message>
        <source>Back to the form</source>
        <translation>Retour au formulaire</translation>
    </message>
    <message>
        <source>(no answer)</source>
        <translation>(sans réponse)</translation>
    </message>
    <message>
        <source>Given on the version before, by somebody who had not seen the move: « %1 ». Here: « %2 ».</source>
        <translation>Donnée sur la version précédente, par quelqu’un qui n’avait pas vu le changement&#xa0;: «&#xa0;%1&#xa0;». Ici&#xa0;: «&#xa0;%2&#xa0;».</translation>
    </message>
    <message>
        <source>Take this answer</source>
        <translation>Prendre cette réponse</translation>
    </message>
    <message>
        <source>Keep the one here</source>
        <translation>Garder celle d’ici</translation>
    </message>
</context>
<context>
    <name>Versions</name>
    <message>
        <source>required</source>
        <translation>obligatoire</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Give this computer a name.</source>
        <translation>Donnez un nom à ce poste.</translation>
    </message>
    <message>
        <source>Five words that have nothing in common, or at least 12 characters with letters and digits or signs.</source>
        <translation>Cinq mots sans rapport entre eux, ou au moins 12 caractères avec lettres et chiffres ou signes.</translation>
    </message>
    <message>
        <source>This passphrase is good.</source>
        <translation>Cette phrase secrète convient.</translation>
    </message>
    <message>
        <source>Enter the address of the central service.</source>
        <translation>Indiquez l’adresse du service central.</translation>
    </message>
    <message>
        <source>This is not an address. It looks like https://estafette.example.fr</source>
        <translation>Ce n’est pas une adresse. Elle ressemble à https://estafette.example.fr</translation>
    </message>
    <message>
        <source>This address is not protected. Use the one that begins with https://</source>
        <translation>Cette adresse n’est pas protégée. Utilisez celle qui commence par https://</translation>
    </message>
    <message>
        <source>Enter the enrolment code that your supervisor gave you.</source>
        <translation>Indiquez le code d’inscription donné par votre responsable.</translation>
    </message>
    <message>
        <source>This code is too short: some characters are missing.</source>
        <translation>Ce code est trop court : il manque des caractères.</translation>
    </message>
    <message>
        <source>Choose a passphrase.</source>
        <translation>Choisissez une phrase secrète.</translation>
    </message>
    <message>
        <source>This passphrase is too long.</source>
        <translation>Cette phrase secrète est trop longue.</translation>
    </message>
    <message>
        <source>Too easy to guess: add a digit or a sign, or use five words.</source>
        <translation>Trop facile à deviner : ajoutez un chiffre ou un signe, ou prenez cinq mots.</translation>
    </message>
    <message>
        <source>Still too short: use 12 characters, or five words.</source>
        <translation>Encore trop court : 12 caractères, ou cinq mots.</translation>
    </message>
    <message>
        <source>The two passphrases are not the same.</source>
        <translation>Les deux phrases ne sont pas identiques.</translation>
    </message>
</context>
<context>
    <name>WelcomeView</name>
    <message>
        <source>Address of the central service</source>
        <translation>Adresse du service central</translation>
    </message>
    <message>
        <source>Your supervisor gave it to you with the enrolment code.</source>
        <translation>Votre responsable vous l’a donnée avec le code d’inscription.</translation>
    </message>
    <message>
        <source>Enrolment code</source>
        <translation>Code d’inscription</translation>
    </message>
    <message>
        <source>It works once only.</source>
        <translation>Il ne sert qu’une fois.</translation>
    </message>
    <message>
        <source>Name of this computer</source>
        <translation>Nom de ce poste</translation>
    </message>
    <message>
        <source>Your supervisor sees it in the list of computers.</source>
        <translation>Votre responsable le voit dans la liste des postes.</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Phrase secrète</translation>
    </message>
    <message>
        <source>The same passphrase again</source>
        <translation>La même phrase secrète, encore une fois</translation>
    </message>
    <message>
        <source>Under way</source>
        <translation>En cours</translation>
    </message>
    <message>
        <source>Enrol this computer</source>
        <translation>Inscrire ce poste</translation>
    </message>
    <message>
        <source>This computer is not known to the central service yet. Enter the address and the enrolment code, choose a passphrase, and press « Enrol this computer ». From then on you can work with or without a network.</source>
        <translation>Le service central ne connaît pas encore ce poste. Indiquez l’adresse et le code d’inscription, choisissez une phrase secrète, puis appuyez sur «&#xa0;Inscrire ce poste&#xa0;». Ensuite vous travaillerez avec ou sans réseau.</translation>
    </message>
    <message>
        <source>Making the encrypted workspace…</source>
        <translation>Création de l’espace de travail chiffré…</translation>
    </message>
    <message>
        <source>Your passphrase</source>
        <translation>Votre phrase secrète</translation>
    </message>
    <message>
        <source>It opens your work on this computer, even without a network. Nobody can recover it for you.</source>
        <translation>Elle ouvre votre travail sur ce poste, même sans réseau. Personne ne peut la retrouver à votre place.</translation>
    </message>
    <message>
        <source>Once only. It takes two minutes and needs the network.</source>
        <translation>Une seule fois. Il faut deux minutes et le réseau.</translation>
    </message>
    <message>
        <source>Central service</source>
        <translation>Service central</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>Ce poste</translation>
    </message>
    <message>
        <source>Chosen: your encrypted workspace is ready on this computer.</source>
        <translation>Choisie : votre espace de travail chiffré est prêt sur ce poste.</translation>
    </message>
    <message>
        <source>Presenting this computer to the central service…</source>
        <translation>Présentation du poste au service central…</translation>
    </message>
</context>
<context>
    <name>_Popup</name>
    <message>
        <source>Results of the search</source>
        <translation>Résultats de la recherche</translation>
    </message>
</context>
<context>
    <name>window</name>
    <message>
        <source>Something unexpected happened. What was saved is safe; go on, or start Estafette again.</source>
        <translation>Quelque chose d’imprévu est arrivé. Ce qui est enregistré est en sûreté ; continuez, ou relancez Estafette.</translation>
    </message>
</context>
</TS>
